package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Table {@code downtime}. Replicated. Thread-safe. */
public final class DowntimeTable {
  private static final String SELECT =
      "SELECT host, port, owner, reason, begins_at_epoch_ms, ends_at_epoch_ms FROM downtime ";

  private final Reads reads;

  DowntimeTable(Reads reads) {
    this.reads = reads;
  }

  /** All rows, in force or not, ordered by key. */
  public List<Downtime> all() {
    return reads.query(SELECT + "ORDER BY host, port", DowntimeTable::downtime);
  }

  public Optional<Downtime> find(InstanceKey key) {
    return reads.first(
        SELECT + "WHERE host = ? AND port = ?", DowntimeTable::downtime, key.host(), key.port());
  }

  public Optional<Downtime> find(Transaction tx, InstanceKey key) {
    return tx.first(
        SELECT + "WHERE host = ? AND port = ?", DowntimeTable::downtime, key.host(), key.port());
  }

  /** Whether any row has ended by then. */
  public boolean anyDue(Instant now) {
    return reads.number(
            "SELECT COUNT(*) FROM downtime WHERE ends_at_epoch_ms <= ?", now.toEpochMilli())
        > 0;
  }

  public void put(Transaction tx, Downtime downtime) {
    tx.put(
        """
        REPLACE INTO downtime (host, port, owner, reason, begins_at_epoch_ms, ends_at_epoch_ms)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        downtime.key().host(),
        downtime.key().port(),
        downtime.owner(),
        downtime.reason(),
        downtime.beginsAt().toEpochMilli(),
        downtime.endsAt().toEpochMilli());
  }

  /** Number of rows removed, 0 or 1. */
  public int delete(Transaction tx, InstanceKey key) {
    return tx.update("DELETE FROM downtime WHERE host = ? AND port = ?", key.host(), key.port());
  }

  /** Removes what has ended by then and says how many. */
  public int deleteEnded(Transaction tx, Instant now) {
    return tx.update("DELETE FROM downtime WHERE ends_at_epoch_ms <= ?", now.toEpochMilli());
  }

  private static Downtime downtime(Row row) throws SQLException {
    return new Downtime(
        row.key(""),
        row.text("owner"),
        row.text("reason"),
        row.epochMillis("begins_at_epoch_ms"),
        row.epochMillis("ends_at_epoch_ms"));
  }
}
