package dev.orchestrator.store.sql;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Table {@code key_value}: what the key-value stores shall hold. Replicated. Thread-safe. */
public final class KeyValueTable {
  private final Reads reads;

  KeyValueTable(Reads reads) {
    this.reads = reads;
  }

  /** Values by key. */
  public Map<String, String> all() {
    Map<String, String> values = new TreeMap<>();
    reads
        .query(
            "SELECT name, value FROM key_value",
            row -> Map.entry(row.text("name"), row.text("value")))
        .forEach(entry -> values.put(entry.getKey(), entry.getValue()));
    return values;
  }

  public Optional<String> find(String key) {
    return reads.first("SELECT value FROM key_value WHERE name = ?", row -> row.text("value"), key);
  }

  public void put(Transaction tx, String key, String value) {
    tx.put("REPLACE INTO key_value (name, value) VALUES (?, ?)", key, value);
  }
}
