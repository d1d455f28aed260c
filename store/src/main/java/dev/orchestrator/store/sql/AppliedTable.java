package dev.orchestrator.store.sql;

import dev.orchestrator.raft.core.LogId;
import java.util.Optional;

/**
 * Table {@code raft_applied}: one row that says how far the log was applied, the newest stamp, and
 * to which Raft group these rows belong. Thread-safe.
 */
public final class AppliedTable {
  private final Reads reads;

  AppliedTable(Reads reads) {
    this.reads = reads;
  }

  /** The last entry whose effects are in the rows, {@link LogId#ZERO} at first. */
  public LogId id() {
    return id(reads);
  }

  public LogId id(Transaction tx) {
    return id((Reads) tx);
  }

  private static LogId id(Reads from) {
    return from.first(
            "SELECT applied_index, applied_term FROM raft_applied WHERE id = 1",
            row -> new LogId(row.number("applied_term"), row.number("applied_index")))
        .orElseThrow(() -> new StoreException("table raft_applied has lost its row"));
  }

  public void advance(Transaction tx, LogId id) {
    tx.update(
        "UPDATE raft_applied SET applied_index = ?, applied_term = ? WHERE id = 1",
        id.index(),
        id.term());
  }

  /** The newest stamp applied, milliseconds since 1970-01-01 UTC; 0 at first. */
  public long lastStampEpochMillis() {
    return lastStampEpochMillis(reads);
  }

  public long lastStampEpochMillis(Transaction tx) {
    return lastStampEpochMillis((Reads) tx);
  }

  private static long lastStampEpochMillis(Reads from) {
    return from.number("SELECT last_stamp_epoch_ms FROM raft_applied WHERE id = 1");
  }

  public void stamp(Transaction tx, long stampEpochMillis) {
    tx.update("UPDATE raft_applied SET last_stamp_epoch_ms = ? WHERE id = 1", stampEpochMillis);
  }

  /** Id of the Raft group that these rows belong to; empty until it is bound. */
  public Optional<String> clusterId() {
    return clusterId(reads);
  }

  private static Optional<String> clusterId(Reads from) {
    return from.first(
        "SELECT cluster_id FROM raft_applied WHERE id = 1 AND cluster_id <> ''",
        row -> row.text("cluster_id"));
  }

  void bind(Transaction tx, String clusterId) {
    bindTo(tx, clusterId);
  }

  static void bindTo(Transaction tx, String clusterId) {
    String bound = clusterId(tx).orElse(clusterId);
    if (!bound.equals(clusterId)) {
      throw new StoreException(
          "this database belongs to the Raft group "
              + bound
              + ", this node to "
              + clusterId
              + "; give the node a database of its own");
    }
    tx.update("UPDATE raft_applied SET cluster_id = ? WHERE id = 1", clusterId);
  }
}
