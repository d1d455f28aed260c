package dev.orchestrator.probe.discovery;

import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.sql.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what visits saw in small batches, so that SQL never slows a visit and discovery never
 * holds the writer for long. What waits is a set of keys, so it is bounded by the fleet. A batch
 * that cannot be written is tried again with the next one. {@link #flush} is confined to one thread
 * at a time by its lock; the rest is thread-safe.
 */
final class FactWriter {
  private static final Logger LOG = LoggerFactory.getLogger(FactWriter.class);
  private static final int BATCH = 100;

  private final FactStore store;
  private final KnownFleet fleet;
  private final Object flushing = new Object();
  private final Set<InstanceKey> waiting = new LinkedHashSet<>();
  private final Map<InstanceKey, Placement> written = new HashMap<>();

  FactWriter(FactStore store, KnownFleet fleet) {
    this.store = store;
    this.fleet = fleet;
  }

  void mark(InstanceKey key) {
    synchronized (waiting) {
      waiting.add(key);
    }
  }

  void delete(InstanceKey key) {
    synchronized (flushing) {
      synchronized (waiting) {
        waiting.remove(key);
      }
      written.remove(key);
      store.delete(key);
    }
  }

  /** Writes everything that waits, and every instance whose place in the topology has changed. */
  void flush() {
    synchronized (flushing) {
      Topology topology = fleet.topology();
      Set<InstanceKey> due = take();
      List<Instance> rows = new ArrayList<>();
      for (Instance instance : topology.instances()) {
        Placement before = written.get(instance.key());
        boolean moved = before != null && !before.equals(instance.placement());
        if (moved || due.contains(instance.key())) {
          rows.add(instance);
        }
      }
      for (int from = 0; from < rows.size(); from += BATCH) {
        write(rows.subList(from, Math.min(rows.size(), from + BATCH)));
      }
    }
  }

  private Set<InstanceKey> take() {
    synchronized (waiting) {
      Set<InstanceKey> taken = Set.copyOf(waiting);
      waiting.clear();
      return taken;
    }
  }

  private void write(Collection<Instance> rows) {
    try {
      store.save(rows);
      rows.forEach(row -> written.put(row.key(), row.placement()));
    } catch (StoreException e) {
      LOG.warn("facts were not stored and will be tried again rows={}", rows.size(), e);
      rows.forEach(row -> mark(row.key()));
    }
  }
}
