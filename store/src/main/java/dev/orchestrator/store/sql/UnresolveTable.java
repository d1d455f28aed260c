package dev.orchestrator.store.sql;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** Table {@code hostname_unresolve}: virtual names of hosts. Replicated. Thread-safe. */
public final class UnresolveTable {
  private final Reads reads;

  UnresolveTable(Reads reads) {
    this.reads = reads;
  }

  /** Virtual names by host. */
  public Map<String, String> all() {
    Map<String, String> names = new TreeMap<>();
    reads
        .query(
            "SELECT host, virtual_name FROM hostname_unresolve",
            row -> Map.entry(row.text("host"), row.text("virtual_name")))
        .forEach(entry -> names.put(entry.getKey(), entry.getValue()));
    return names;
  }

  public void put(Transaction tx, String host, String virtualName, Instant now) {
    tx.put(
        """
        REPLACE INTO hostname_unresolve (host, virtual_name, registered_at_epoch_ms)
        VALUES (?, ?, ?)
        """,
        host,
        virtualName,
        now.toEpochMilli());
  }

  /** Number of rows removed, 0 or 1. */
  public int delete(Transaction tx, String host) {
    return tx.update("DELETE FROM hostname_unresolve WHERE host = ?", host);
  }

  /** Whether any row is as old as that. */
  public boolean anyUntil(Instant last) {
    return reads.number(
            "SELECT COUNT(*) FROM hostname_unresolve WHERE registered_at_epoch_ms <= ?",
            last.toEpochMilli())
        > 0;
  }

  /** Removes what is as old as that and says how many. */
  public int deleteUntil(Transaction tx, Instant last) {
    return tx.update(
        "DELETE FROM hostname_unresolve WHERE registered_at_epoch_ms <= ?", last.toEpochMilli());
  }
}
