package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Table {@code instance}: local facts, not replicated. Thread-safe. */
public final class InstanceTable {
  /** Few enough that apply, waiting behind one batch, does not notice (rule T2). */
  private static final int MAX_BATCH = 64;

  private final Reads reads;
  private final LocalWrites writes;

  InstanceTable(Reads reads, LocalWrites writes) {
    this.reads = reads;
    this.writes = writes;
  }

  /** All known instances, ordered by key. */
  public List<Instance> all() {
    return reads.query(InstanceRow.SELECT + "ORDER BY host, port", InstanceRow::read);
  }

  public Optional<Instance> find(InstanceKey key) {
    return reads.first(
        InstanceRow.SELECT + "WHERE host = ? AND port = ?",
        InstanceRow::read,
        key.host(),
        key.port());
  }

  /**
   * Inserts or replaces the given instances, up to 64 in one transaction: more are split, so that
   * apply never waits long behind them.
   */
  public void save(Collection<Instance> instances) {
    List<Instance> waiting = new ArrayList<>(instances);
    for (int from = 0; from < waiting.size(); from += MAX_BATCH) {
      List<Instance> batch = waiting.subList(from, Math.min(from + MAX_BATCH, waiting.size()));
      writes.run(
          tx -> {
            tx.updateAll(InstanceRow.REPLACE, batch.stream().map(InstanceRow::values).toList());
            return batch.size();
          });
    }
  }

  /** Updates only the visit times of a known instance; inserts a bare row for an unknown one. */
  public void saveCheck(InstanceKey key, CheckTimes check) {
    writes.run(
        tx -> {
          int updated = InstanceRow.updateCheck(tx, key, check);
          if (updated == 0) {
            put(tx, Instance.known(key).withCheck(check));
          }
          return updated;
        });
  }

  public void delete(InstanceKey key) {
    writes.run(tx -> delete(tx, key));
  }

  /** Number of rows removed, 0 or 1. Part of a forget command; the row itself is not replicated. */
  public int delete(Transaction tx, InstanceKey key) {
    return tx.update("DELETE FROM instance WHERE host = ? AND port = ?", key.host(), key.port());
  }

  private static void put(Transaction tx, Instance instance) {
    tx.update(InstanceRow.REPLACE, InstanceRow.values(instance));
  }
}
