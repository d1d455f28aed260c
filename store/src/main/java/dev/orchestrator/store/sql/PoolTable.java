package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PoolMember;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Table {@code pool_member}. Replicated. Thread-safe. */
public final class PoolTable {
  private final Reads reads;

  PoolTable(Reads reads) {
    this.reads = reads;
  }

  /** All members, ordered by pool and instance. */
  public List<PoolMember> all() {
    return reads.query(
        "SELECT pool, host, port FROM pool_member ORDER BY pool, host, port",
        row -> new PoolMember(row.text("pool"), row.key("")));
  }

  /** Puts these members in the place of the former ones. */
  public void replace(Transaction tx, String pool, Collection<InstanceKey> members, Instant now) {
    tx.update("DELETE FROM pool_member WHERE pool = ?", pool);
    for (InstanceKey member : new TreeSet<>(members)) {
      tx.put(
          """
          INSERT INTO pool_member (pool, host, port, registered_at_epoch_ms) VALUES (?, ?, ?, ?)
          """,
          pool,
          member.host(),
          member.port(),
          now.toEpochMilli());
    }
  }

  /** Whether any row is as old as that. */
  public boolean anyUntil(Instant last) {
    return reads.number(
            "SELECT COUNT(*) FROM pool_member WHERE registered_at_epoch_ms <= ?",
            last.toEpochMilli())
        > 0;
  }

  /** Removes what is as old as that and says how many. */
  public int deleteUntil(Transaction tx, Instant last) {
    return tx.update(
        "DELETE FROM pool_member WHERE registered_at_epoch_ms <= ?", last.toEpochMilli());
  }
}
