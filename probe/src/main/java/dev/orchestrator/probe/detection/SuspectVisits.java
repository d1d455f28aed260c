package dev.orchestrator.probe.detection;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.discovery.VisitTrack;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which servers a judgement wants to see again at once: those of a failure that is about a source,
 * each about once a second (discovery itself does more while a failure is fresh). Without threads;
 * confined to its caller's thread.
 */
final class SuspectVisits {
  private static final long DISTANCE_NANOS = Duration.ofSeconds(1).toNanos();

  private final Map<InstanceKey, Long> askedNanos = new HashMap<>();

  /** Servers to visit now. */
  Collection<InstanceKey> wanted(
      long nowNanos,
      Topology topology,
      List<Analysis> analyses,
      Function<InstanceKey, VisitTrack> tracks) {
    Set<InstanceKey> suspects = new TreeSet<>();
    for (Analysis analysis : analyses) {
      addSuspects(analysis, topology, tracks, suspects);
    }
    askedNanos.keySet().retainAll(suspects);
    suspects.removeIf(
        key -> {
          Long asked = askedNanos.get(key);
          return asked != null && nowNanos - asked < DISTANCE_NANOS;
        });
    suspects.forEach(key -> askedNanos.put(key, nowNanos));
    return suspects;
  }

  private static void addSuspects(
      Analysis analysis,
      Topology topology,
      Function<InstanceKey, VisitTrack> tracks,
      Set<InstanceKey> suspects) {
    Instance instance = analysis.instance();
    switch (analysis.code()) {
      case DEAD_PRIMARY,
          DEAD_PRIMARY_AND_REPLICAS,
          DEAD_PRIMARY_AND_SOME_REPLICAS,
          UNREACHABLE_PRIMARY,
          UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS -> {
        suspects.add(instance.key());
        analysis.replicas().forEach(replica -> suspects.add(replica.key()));
        // Members that this process has not seen yet stand in the way of acting (rule A9).
        for (Instance member : topology.cluster(instance.placement().clusterName())) {
          if (tracks.apply(member.key()).finishedStartNanos().isEmpty()) {
            suspects.add(member.key());
          }
        }
      }
      case ALL_PRIMARY_REPLICAS_NOT_REPLICATING,
          ALL_PRIMARY_REPLICAS_NOT_REPLICATING_OR_DEAD,
          PRIMARY_SINGLE_REPLICA_NOT_REPLICATING -> {
        suspects.add(instance.key());
        analysis.replicas().forEach(replica -> suspects.add(replica.key()));
      }
      case LOCKED_SEMI_SYNC_PRIMARY_HYPOTHESIS,
          LOCKED_SEMI_SYNC_PRIMARY,
          DEAD_INTERMEDIATE_SOURCE,
          DEAD_INTERMEDIATE_SOURCE_AND_REPLICAS,
          DEAD_INTERMEDIATE_SOURCE_AND_SOME_REPLICAS,
          DEAD_INTERMEDIATE_SOURCE_WITH_SINGLE_REPLICA,
          UNREACHABLE_INTERMEDIATE_SOURCE ->
          suspects.add(instance.key());
      case FIRST_TIER_REPLICA_FAILING_TO_CONNECT -> suspects.add(instance.replication().source());
      case NO_PROBLEM,
          DEAD_PRIMARY_WITHOUT_REPLICAS,
          PRIMARY_SINGLE_REPLICA_DEAD,
          ALL_INTERMEDIATE_SOURCE_REPLICAS_NOT_REPLICATING -> {}
    }
  }
}
