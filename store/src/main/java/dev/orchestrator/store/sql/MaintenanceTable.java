package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Maintenance;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Table {@code maintenance}: instances that a person works on. Replicated. Thread-safe. */
public final class MaintenanceTable {
  private static final String COLUMNS =
      "id, host, port, owner, reason, begins_at_epoch_ms, ends_at_epoch_ms";
  private static final String SELECT = "SELECT " + COLUMNS + " FROM maintenance ";

  private final Reads reads;

  MaintenanceTable(Reads reads) {
    this.reads = reads;
  }

  /** All that have not been ended, ordered by number. */
  public List<Maintenance> all() {
    return reads.query(SELECT + "ORDER BY id", MaintenanceTable::maintenance);
  }

  public Optional<Maintenance> find(InstanceKey key) {
    return find(reads, key);
  }

  public Optional<Maintenance> find(Transaction tx, InstanceKey key) {
    return find((Reads) tx, key);
  }

  private static Optional<Maintenance> find(Reads from, InstanceKey key) {
    return from.first(
        SELECT + "WHERE host = ? AND port = ? ORDER BY id",
        MaintenanceTable::maintenance,
        key.host(),
        key.port());
  }

  public void insert(Transaction tx, Maintenance maintenance) {
    tx.update(
        "INSERT INTO maintenance (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?)",
        maintenance.id(),
        maintenance.key().host(),
        maintenance.key().port(),
        maintenance.owner(),
        maintenance.reason(),
        maintenance.beginsAt().toEpochMilli(),
        maintenance.endsAt().toEpochMilli());
  }

  /** Number of rows removed, 0 or 1. */
  public int delete(Transaction tx, InstanceKey key) {
    return tx.update("DELETE FROM maintenance WHERE host = ? AND port = ?", key.host(), key.port());
  }

  /** Number of rows removed, 0 or 1. */
  public int delete(Transaction tx, long id) {
    return tx.update("DELETE FROM maintenance WHERE id = ?", id);
  }

  /** Whether any has ended by then. */
  public boolean anyDue(Instant now) {
    return reads.number(
            "SELECT COUNT(*) FROM maintenance WHERE ends_at_epoch_ms <= ?", now.toEpochMilli())
        > 0;
  }

  /** Removes what has ended by then and says how many. */
  public int deleteEnded(Transaction tx, Instant now) {
    return tx.update("DELETE FROM maintenance WHERE ends_at_epoch_ms <= ?", now.toEpochMilli());
  }

  private static Maintenance maintenance(Row row) throws SQLException {
    return new Maintenance(
        row.number("id"),
        row.key(""),
        row.text("owner"),
        row.text("reason"),
        row.epochMillis("begins_at_epoch_ms"),
        row.epochMillis("ends_at_epoch_ms"));
  }
}
