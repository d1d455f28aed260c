package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.RecoveryStep;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Table {@code recovery_step}: the ledger. Replicated. Thread-safe. */
public final class RecoveryStepTable {
  private static final String COLUMNS =
      "recovery_uid, number, kind, target_host, target_port, target_uuid, arguments, why, state,"
          + " attempt, intended_term, intended_at_epoch_ms, ended_at_epoch_ms, detail";
  private static final String SELECT = "SELECT " + COLUMNS + " FROM recovery_step ";

  private final Reads reads;

  RecoveryStepTable(Reads reads) {
    this.reads = reads;
  }

  /** Steps of a recovery in plan order. */
  public List<RecoveryStep> of(String recoveryUid) {
    return reads.query(
        SELECT + "WHERE recovery_uid = ? ORDER BY number", RecoveryStepTable::step, recoveryUid);
  }

  public Optional<RecoveryStep> find(Transaction tx, String recoveryUid, int number) {
    return tx.first(
        SELECT + "WHERE recovery_uid = ? AND number = ?",
        RecoveryStepTable::step,
        recoveryUid,
        number);
  }

  /** Number that the next step of a recovery's plan gets, from 1. */
  public int nextNumber(Transaction tx, String recoveryUid) {
    return Math.toIntExact(
        tx.number("SELECT MAX(number) FROM recovery_step WHERE recovery_uid = ?", recoveryUid) + 1);
  }

  /** Inserts the step or replaces the one of the same number. */
  public void put(Transaction tx, String recoveryUid, RecoveryStep step) {
    tx.put(
        "REPLACE INTO recovery_step ("
            + COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        recoveryUid,
        step.number(),
        step.kind(),
        step.target().host(),
        step.target().port(),
        step.targetUuid(),
        TextList.joinMap(step.arguments()),
        step.why(),
        step.state().name(),
        step.attempt(),
        step.intendedTerm(),
        step.intendedAt().map(at -> at.toEpochMilli()),
        step.endedAt().map(at -> at.toEpochMilli()),
        step.detail());
  }

  private static RecoveryStep step(Row row) throws SQLException {
    return new RecoveryStep(
        row.smallNumber("number"),
        row.text("kind"),
        row.key("target_"),
        row.text("target_uuid"),
        TextList.splitMap(row.text("arguments")),
        row.text("why"),
        RecoveryStep.State.valueOf(row.text("state")),
        row.smallNumber("attempt"),
        row.number("intended_term"),
        row.maybeEpochMillis("intended_at_epoch_ms"),
        row.maybeEpochMillis("ended_at_epoch_ms"),
        row.text("detail"));
  }
}
