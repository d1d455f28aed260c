package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.Recovery;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Table {@code recovery_lock}: what running recoveries hold (rule A2). Replicated. Thread-safe. */
public final class LockTable {
  private static final String CLUSTER = "cluster";
  private static final String SERVER = "server";

  private final Reads reads;

  LockTable(Reads reads) {
    this.reads = reads;
  }

  /** Uid of the recovery that holds a cluster id. */
  public Optional<String> holderOfCluster(String clusterId) {
    return holder(reads, CLUSTER, clusterId);
  }

  public Optional<String> holderOfCluster(Transaction tx, String clusterId) {
    return holder(tx, CLUSTER, clusterId);
  }

  /** Uid of the recovery that holds a server uuid. */
  public Optional<String> holderOfServer(String uuid) {
    return holder(reads, SERVER, uuid);
  }

  public Optional<String> holderOfServer(Transaction tx, String uuid) {
    return holder(tx, SERVER, uuid);
  }

  private static Optional<String> holder(Reads from, String kind, String name) {
    return from.first(
        "SELECT recovery_uid FROM recovery_lock WHERE kind = ? AND name = ?",
        row -> row.text("recovery_uid"),
        kind,
        name);
  }

  /** Locks that a recovery holds, as {@code cluster <id>} and {@code server <uuid>}, sorted. */
  public List<String> heldBy(String recoveryUid) {
    return reads.query(
        "SELECT kind, name FROM recovery_lock WHERE recovery_uid = ? ORDER BY kind, name",
        row -> row.text("kind") + " " + row.text("name"),
        recoveryUid);
  }

  /** Takes the locks of a recovery; the caller has seen that they are free. */
  public void take(Transaction tx, String recoveryUid, Recovery.Subject subject) {
    take(tx, recoveryUid, CLUSTER, subject.clusterId());
    for (String uuid : new TreeSet<>(subject.lockedUuids())) {
      take(tx, recoveryUid, SERVER, uuid);
    }
  }

  private static void take(Transaction tx, String recoveryUid, String kind, String name) {
    tx.update(
        "INSERT INTO recovery_lock (kind, name, recovery_uid) VALUES (?, ?, ?)",
        kind,
        name,
        recoveryUid);
  }

  public void free(Transaction tx, String recoveryUid) {
    tx.update("DELETE FROM recovery_lock WHERE recovery_uid = ?", recoveryUid);
  }
}
