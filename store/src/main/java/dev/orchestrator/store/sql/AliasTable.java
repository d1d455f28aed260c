package dev.orchestrator.store.sql;

import java.util.Map;
import java.util.TreeMap;

/** Table {@code cluster_alias_override}: aliases that people chose. Replicated. Thread-safe. */
public final class AliasTable {
  private final Reads reads;

  AliasTable(Reads reads) {
    this.reads = reads;
  }

  /** Aliases by cluster name. */
  public Map<String, String> all() {
    Map<String, String> aliases = new TreeMap<>();
    reads
        .query(
            "SELECT cluster_name, alias FROM cluster_alias_override",
            row -> Map.entry(row.text("cluster_name"), row.text("alias")))
        .forEach(entry -> aliases.put(entry.getKey(), entry.getValue()));
    return aliases;
  }

  public void put(Transaction tx, String clusterName, String alias) {
    tx.update(
        "REPLACE INTO cluster_alias_override (cluster_name, alias) VALUES (?, ?)",
        clusterName,
        alias);
  }

  /** Number of rows removed, 0 or 1. */
  public int delete(Transaction tx, String clusterName) {
    return tx.update("DELETE FROM cluster_alias_override WHERE cluster_name = ?", clusterName);
  }

  /** Hands an alias on to the name that the cluster has from now on. */
  public void rename(Transaction tx, String from, String to) {
    tx.first(
            "SELECT alias FROM cluster_alias_override WHERE cluster_name = ?",
            row -> row.text("alias"),
            from)
        .filter(alias -> !from.equals(to))
        .ifPresent(
            alias -> {
              delete(tx, from);
              put(tx, to, alias);
            });
  }
}
