package dev.orchestrator.probe.detection;

import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.SemiSyncFacts;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Sources whose binary log has stood still for longer than reasonable while they wait for more
 * semi-sync acknowledgements than replicas can give. Confined to its caller's thread; times in
 * nanoseconds of one monotonic clock.
 */
final class StalledSources {
  private final long reasonableNanos;
  private final Map<InstanceKey, Standstill> standstills = new HashMap<>();

  StalledSources(Duration reasonable) {
    reasonableNanos = reasonable.toNanos();
  }

  Set<InstanceKey> update(Topology topology, long nowNanos) {
    Set<InstanceKey> waiting = new TreeSet<>();
    Set<InstanceKey> stalled = new TreeSet<>();
    for (Instance instance : topology.instances()) {
      if (waits(instance.semiSync())) {
        waiting.add(instance.key());
        BinlogCoordinates at = instance.server().selfCoordinates();
        Standstill standstill = standstills.get(instance.key());
        if (standstill == null || !standstill.at.equals(at)) {
          standstills.put(instance.key(), new Standstill(at, nowNanos));
        } else if (nowNanos - standstill.sinceNanos > reasonableNanos) {
          stalled.add(instance.key());
        }
      }
    }
    standstills.keySet().retainAll(waiting);
    return stalled;
  }

  private static boolean waits(SemiSyncFacts semiSync) {
    return semiSync.sourceEnabled()
        && semiSync.sourceStatus()
        && semiSync.clients() < semiSync.waitForReplicas();
  }

  private record Standstill(BinlogCoordinates at, long sinceNanos) {}
}
