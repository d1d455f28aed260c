package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Table {@code failure_detection}. Replicated. Thread-safe. */
public final class DetectionTable {
  private static final String COLUMNS =
      "id, host, port, cluster_name, cluster_alias, analysis, description, replicas, actionable,"
          + " node, detected_at_epoch_ms, active, recovery_id";
  private static final String SELECT = "SELECT " + COLUMNS + " FROM failure_detection ";

  private final Reads reads;

  DetectionTable(Reads reads) {
    this.reads = reads;
  }

  /** Newest first. */
  public List<FailureDetection> newest(int offset, int limit) {
    return reads.query(
        SELECT + "ORDER BY id DESC LIMIT ? OFFSET ?", DetectionTable::detection, limit, offset);
  }

  public Optional<FailureDetection> byId(long id) {
    return reads.first(SELECT + "WHERE id = ?", DetectionTable::detection, id);
  }

  /** Newest first, detections whose cluster had this alias. */
  public List<FailureDetection> byAlias(String alias, int offset, int limit) {
    return reads.query(
        SELECT + "WHERE cluster_alias = ? ORDER BY id DESC LIMIT ? OFFSET ?",
        DetectionTable::detection,
        alias,
        limit,
        offset);
  }

  /** Active detections of an instance, newest first. */
  public List<FailureDetection> active(InstanceKey key) {
    return active(reads, key);
  }

  public List<FailureDetection> active(Transaction tx, InstanceKey key) {
    return active((Reads) tx, key);
  }

  private static List<FailureDetection> active(Reads from, InstanceKey key) {
    return from.query(
        SELECT + "WHERE active = 1 AND host = ? AND port = ? ORDER BY id DESC",
        DetectionTable::detection,
        key.host(),
        key.port());
  }

  /** Whether any row would be cleared by an expiry at this time. */
  public boolean anyDue(Instant now, long blockSeconds) {
    return reads.number(
            "SELECT COUNT(*) FROM failure_detection WHERE active = 1 AND detected_at_epoch_ms <= ?",
            dueBefore(now, blockSeconds))
        > 0;
  }

  /** Number that the next detection gets, from 1. */
  public long nextId(Transaction tx) {
    return tx.number("SELECT MAX(id) FROM failure_detection") + 1;
  }

  public void insert(Transaction tx, FailureDetection detection) {
    tx.update(
        "INSERT INTO failure_detection ("
            + COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        detection.id(),
        detection.key().host(),
        detection.key().port(),
        detection.clusterName(),
        detection.clusterAlias(),
        detection.analysis(),
        detection.description(),
        TextList.joinKeys(detection.replicas()),
        detection.actionable(),
        detection.node(),
        detection.detectedAt().toEpochMilli(),
        detection.active(),
        detection.recoveryId());
  }

  /** Notes which recovery followed a detection. */
  public void link(Transaction tx, long id, long recoveryId) {
    tx.update("UPDATE failure_detection SET recovery_id = ? WHERE id = ?", recoveryId, id);
  }

  /** Clears the active mark of a detection and of all others of the same instance. */
  public void clear(Transaction tx, long id, InstanceKey key) {
    tx.update(
        "UPDATE failure_detection SET active = 0"
            + " WHERE active = 1 AND (id = ? OR (host = ? AND port = ?))",
        id,
        key.host(),
        key.port());
  }

  /** Clears the active mark of detections that are as old as the period, and says how many. */
  public int clearDue(Transaction tx, Instant now, long blockSeconds) {
    return tx.update(
        "UPDATE failure_detection SET active = 0 WHERE active = 1 AND detected_at_epoch_ms <= ?",
        dueBefore(now, blockSeconds));
  }

  private static long dueBefore(Instant now, long blockSeconds) {
    return now.toEpochMilli() - Periods.millis(blockSeconds);
  }

  private static FailureDetection detection(Row row) throws SQLException {
    return new FailureDetection(
        row.number("id"),
        row.key(""),
        row.text("cluster_name"),
        row.text("cluster_alias"),
        row.text("analysis"),
        row.text("description"),
        row.keys("replicas"),
        row.flag("actionable"),
        row.text("node"),
        row.epochMillis("detected_at_epoch_ms"),
        row.flag("active"),
        row.number("recovery_id"));
  }
}
