package dev.orchestrator.probe.discovery;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Facts in memory. Thread-safe. */
final class MemoryStore implements FactStore {
  final Map<InstanceKey, Instance> rows = new ConcurrentSkipListMap<>();
  final List<InstanceKey> seeds = new CopyOnWriteArrayList<>();

  @Override
  public List<Instance> load() {
    return List.copyOf(rows.values());
  }

  @Override
  public List<InstanceKey> seeds() {
    return List.copyOf(seeds);
  }

  @Override
  public void save(Collection<Instance> instances) {
    instances.forEach(instance -> rows.put(instance.key(), instance));
  }

  @Override
  public void delete(InstanceKey key) {
    rows.remove(key);
  }
}
