package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Table {@code recovery}. Replicated. Thread-safe. */
public final class RecoveryTable {
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "uid",
          "kind",
          "cluster_id",
          "cluster_name",
          "cluster_alias",
          "failed_host",
          "failed_port",
          "failed_uuid",
          "analysis",
          "description",
          "replicas",
          "locked_uuids",
          "detection_id",
          "command",
          "term",
          "node",
          "started_at_epoch_ms",
          "blocked_until_epoch_ms",
          "ended_at_epoch_ms",
          "successful",
          "successor_host",
          "successor_port",
          "successor_uuid",
          "lost_replicas",
          "participants",
          "errors",
          "loss_statement",
          "acknowledged_at_epoch_ms",
          "acknowledged_by",
          "acknowledge_comment");
  private static final String SELECT = "SELECT " + String.join(", ", COLUMNS) + " FROM recovery ";
  private static final String REPLACE =
      "REPLACE INTO recovery ("
          + String.join(", ", COLUMNS)
          + ") VALUES ("
          + String.join(", ", Collections.nCopies(COLUMNS.size(), "?"))
          + ")";
  private static final String PAGE = "ORDER BY id DESC LIMIT ? OFFSET ?";

  private final Reads reads;

  RecoveryTable(Reads reads) {
    this.reads = reads;
  }

  /** Newest first. */
  public List<Recovery> newest(boolean onlyUnacknowledged, int offset, int limit) {
    String where = onlyUnacknowledged ? "WHERE acknowledged_at_epoch_ms IS NULL " : "";
    return reads.query(SELECT + where + PAGE, RecoveryTable::recovery, limit, offset);
  }

  /** Newest first, recoveries of a cluster by its name at their start. */
  public List<Recovery> byClusterName(String clusterName, int offset, int limit) {
    return reads.query(
        SELECT + "WHERE cluster_name = ? " + PAGE,
        RecoveryTable::recovery,
        clusterName,
        limit,
        offset);
  }

  /** Newest first, recoveries of a cluster by its alias at their start. */
  public List<Recovery> byAlias(String alias, int offset, int limit) {
    return reads.query(
        SELECT + "WHERE cluster_alias = ? " + PAGE, RecoveryTable::recovery, alias, limit, offset);
  }

  public Optional<Recovery> byUid(String uid) {
    return byUid(reads, uid);
  }

  public Optional<Recovery> byUid(Transaction tx, String uid) {
    return byUid((Reads) tx, uid);
  }

  private static Optional<Recovery> byUid(Reads from, String uid) {
    return from.first(SELECT + "WHERE uid = ?", RecoveryTable::recovery, uid);
  }

  public Optional<Recovery> byId(long id) {
    return reads.first(SELECT + "WHERE id = ?", RecoveryTable::recovery, id);
  }

  /** Recoveries that have not ended, oldest first. */
  public List<Recovery> running() {
    return reads.query(
        SELECT + "WHERE ended_at_epoch_ms IS NULL ORDER BY id", RecoveryTable::recovery);
  }

  /** Unacknowledged recoveries of a cluster id whose block period has not ended, newest first. */
  public List<Recovery> blocking(String clusterId, Instant now) {
    return blocking(reads, clusterId, now);
  }

  public List<Recovery> blocking(Transaction tx, String clusterId, Instant now) {
    return blocking((Reads) tx, clusterId, now);
  }

  private static List<Recovery> blocking(Reads from, String clusterId, Instant now) {
    return from.query(
        SELECT
            + "WHERE cluster_id = ? AND blocked_until_epoch_ms > ?"
            + " AND acknowledged_at_epoch_ms IS NULL ORDER BY id DESC",
        RecoveryTable::recovery,
        clusterId,
        now.toEpochMilli());
  }

  /** Ended recoveries that nobody acknowledged, oldest first; an empty selector selects all. */
  public List<Recovery> acknowledgeable(
      Transaction tx,
      Optional<String> uid,
      Optional<Long> id,
      Optional<String> clusterName,
      Optional<InstanceKey> key) {
    return tx
        .query(
            SELECT
                + """
                WHERE ended_at_epoch_ms IS NOT NULL AND acknowledged_at_epoch_ms IS NULL
                AND uid = COALESCE(?, uid) AND id = COALESCE(?, id)
                ORDER BY id
                """,
            RecoveryTable::recovery,
            uid,
            id)
        .stream()
        .filter(r -> clusterName.isEmpty() || r.subject().clusterName().equals(clusterName.get()))
        .filter(r -> key.isEmpty() || r.subject().failedKey().equals(key.get()))
        .toList(); // not in SQL: only keys compare alike on every backend, and these are not
  }

  /** Number that the next recovery gets, from 1. */
  public long nextId(Transaction tx) {
    return tx.number("SELECT MAX(id) FROM recovery") + 1;
  }

  /** Inserts the recovery or replaces the one of the same number. */
  public void put(Transaction tx, Recovery recovery) {
    tx.update(REPLACE, values(recovery));
  }

  private static Object[] values(Recovery recovery) {
    Recovery.Subject subject = recovery.subject();
    Optional<Recovery.Ending> ending = recovery.ending();
    Optional<Recovery.Acknowledgement> acknowledgement = recovery.acknowledgement();
    return new Object[] {
      recovery.id(),
      recovery.uid(),
      subject.kind(),
      subject.clusterId(),
      subject.clusterName(),
      subject.clusterAlias(),
      subject.failedKey().host(),
      subject.failedKey().port(),
      subject.failedUuid(),
      subject.analysis(),
      subject.description(),
      TextList.joinKeys(subject.replicas()),
      TextList.join(subject.lockedUuids()),
      subject.detectionId(),
      subject.command(),
      recovery.term(),
      recovery.node(),
      recovery.startedAt().toEpochMilli(),
      recovery.blockedUntil().toEpochMilli(),
      ending.map(e -> e.endedAt().toEpochMilli()),
      ending.map(Recovery.Ending::successful).orElse(false),
      ending.flatMap(Recovery.Ending::successor).map(InstanceKey::host),
      ending.flatMap(Recovery.Ending::successor).map(InstanceKey::port),
      ending.map(Recovery.Ending::successorUuid).orElse(""),
      ending.map(e -> TextList.joinKeys(e.lostReplicas())).orElse(""),
      ending.map(e -> TextList.joinKeys(e.participants())).orElse(""),
      ending.map(e -> TextList.join(e.errors())).orElse(""),
      ending.map(Recovery.Ending::lossStatement).orElse(""),
      acknowledgement.map(a -> a.at().toEpochMilli()),
      acknowledgement.map(Recovery.Acknowledgement::owner).orElse(""),
      acknowledgement.map(Recovery.Acknowledgement::comment).orElse("")
    };
  }

  private static Recovery recovery(Row row) throws SQLException {
    return new Recovery(
        row.number("id"),
        row.text("uid"),
        subject(row),
        row.number("term"),
        row.text("node"),
        row.epochMillis("started_at_epoch_ms"),
        row.epochMillis("blocked_until_epoch_ms"),
        ending(row),
        acknowledgement(row));
  }

  private static Recovery.Subject subject(Row row) throws SQLException {
    return new Recovery.Subject(
        row.text("kind"),
        row.text("cluster_id"),
        row.text("cluster_name"),
        row.text("cluster_alias"),
        row.key("failed_"),
        row.text("failed_uuid"),
        row.text("analysis"),
        row.text("description"),
        row.keys("replicas"),
        row.texts("locked_uuids"),
        row.number("detection_id"),
        row.text("command"));
  }

  private static Optional<Recovery.Ending> ending(Row row) throws SQLException {
    Optional<Instant> endedAt = row.maybeEpochMillis("ended_at_epoch_ms");
    if (endedAt.isEmpty()) {
      return Optional.empty();
    }
    boolean promoted = row.maybeNumber("successor_port").isPresent();
    return Optional.of(
        new Recovery.Ending(
            row.flag("successful"),
            promoted ? Optional.of(row.key("successor_")) : Optional.empty(),
            row.text("successor_uuid"),
            row.keys("lost_replicas"),
            row.keys("participants"),
            row.texts("errors"),
            row.text("loss_statement"),
            endedAt.get()));
  }

  private static Optional<Recovery.Acknowledgement> acknowledgement(Row row) throws SQLException {
    Optional<Instant> at = row.maybeEpochMillis("acknowledged_at_epoch_ms");
    return at.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Recovery.Acknowledgement(
                row.text("acknowledged_by"), row.text("acknowledge_comment"), at.get()));
  }
}
