package dev.orchestrator.store.sql;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * Table {@code injected_pseudo_gtid}: clusters into which Pseudo-GTID was injected lately.
 * Replicated. Thread-safe.
 */
public final class PseudoGtidTable {
  /** How long an injection is remembered, as published. */
  public static final Duration KEPT = Duration.ofMinutes(60);

  private final Reads reads;

  PseudoGtidTable(Reads reads) {
    this.reads = reads;
  }

  /** Names of the clusters with an injection that is still remembered at this moment. */
  public Set<String> at(Instant now) {
    return new TreeSet<>(
        reads.query(
            "SELECT cluster_name FROM injected_pseudo_gtid WHERE injected_at_epoch_ms > ?",
            row -> row.text("cluster_name"),
            now.minus(KEPT).toEpochMilli()));
  }

  public void put(Transaction tx, String clusterName, Instant injectedAt) {
    tx.put(
        "REPLACE INTO injected_pseudo_gtid (cluster_name, injected_at_epoch_ms) VALUES (?, ?)",
        clusterName,
        injectedAt.toEpochMilli());
  }

  /** Whether any injection is as old as that. */
  public boolean anyUntil(Instant last) {
    return reads.number(
            "SELECT COUNT(*) FROM injected_pseudo_gtid WHERE injected_at_epoch_ms <= ?",
            last.toEpochMilli())
        > 0;
  }

  /** Removes what is as old as that and says how many. */
  public int deleteUntil(Transaction tx, Instant last) {
    return tx.update(
        "DELETE FROM injected_pseudo_gtid WHERE injected_at_epoch_ms <= ?", last.toEpochMilli());
  }
}
