package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.Candidate;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Table {@code candidate}: registered promotion rules. Replicated. Thread-safe. */
public final class CandidateTable {
  private final Reads reads;

  CandidateTable(Reads reads) {
    this.reads = reads;
  }

  /** All rules in force, ordered by instance. Instances without a row are neutral. */
  public List<Candidate> all() {
    return reads.query(
        """
        SELECT host, port, promotion_rule, suggested_at_epoch_ms FROM candidate ORDER BY host, port
        """,
        CandidateTable::candidate);
  }

  public void put(Transaction tx, InstanceKey key, PromotionRule rule, Instant now) {
    tx.put(
        """
        REPLACE INTO candidate (host, port, promotion_rule, suggested_at_epoch_ms)
        VALUES (?, ?, ?, ?)
        """,
        key.host(),
        key.port(),
        rule.name(),
        now.toEpochMilli());
  }

  /** Whether any row is as old as that. */
  public boolean anyUntil(Instant last) {
    return reads.number(
            "SELECT COUNT(*) FROM candidate WHERE suggested_at_epoch_ms <= ?", last.toEpochMilli())
        > 0;
  }

  /** Removes what is as old as that and says how many. */
  public int deleteUntil(Transaction tx, Instant last) {
    return tx.update("DELETE FROM candidate WHERE suggested_at_epoch_ms <= ?", last.toEpochMilli());
  }

  private static Candidate candidate(Row row) throws SQLException {
    return new Candidate(
        row.key(""),
        PromotionRule.valueOf(row.text("promotion_rule")),
        row.epochMillis("suggested_at_epoch_ms"));
  }
}
