package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.InstanceKey;
import java.util.List;

/** Table {@code discovery_seed}: servers that people asked to discover. Replicated. Thread-safe. */
public final class SeedTable {
  private final Reads reads;

  SeedTable(Reads reads) {
    this.reads = reads;
  }

  /** All seeds, ordered by key. */
  public List<InstanceKey> all() {
    return reads.query("SELECT host, port FROM discovery_seed ORDER BY host, port", r -> r.key(""));
  }

  public void put(Transaction tx, InstanceKey key) {
    tx.put("REPLACE INTO discovery_seed (host, port) VALUES (?, ?)", key.host(), key.port());
  }

  /** Number of rows removed, 0 or 1. */
  public int delete(Transaction tx, InstanceKey key) {
    return tx.update(
        "DELETE FROM discovery_seed WHERE host = ? AND port = ?", key.host(), key.port());
  }
}
