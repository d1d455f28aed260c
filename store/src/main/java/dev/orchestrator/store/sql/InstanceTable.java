package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Table {@code instance}: local facts, not replicated. Thread-safe. */
public final class InstanceTable {
  InstanceTable() {}

  /** All known instances, ordered by key. */
  public List<Instance> all() {
    throw new UnsupportedOperationException();
  }

  public Optional<Instance> find(InstanceKey key) {
    throw new UnsupportedOperationException("find " + key);
  }

  /** Inserts or replaces the given instances in one transaction. */
  public void save(Collection<Instance> instances) {
    throw new UnsupportedOperationException("save " + instances);
  }

  /** Updates only the visit times of a known instance; inserts a bare row for an unknown one. */
  public void saveCheck(InstanceKey key, CheckTimes check) {
    throw new UnsupportedOperationException("save " + key + check);
  }

  public void delete(InstanceKey key) {
    throw new UnsupportedOperationException("delete " + key);
  }
}
