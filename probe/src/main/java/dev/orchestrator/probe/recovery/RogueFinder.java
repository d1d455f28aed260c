package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds primaries that a recovery replaced and that have come back writable, while the server
 * designated instead is seen writable too. Confined to the supervisor's thread.
 */
final class RogueFinder {
  private static final int MAX_HISTORY = 1_000;

  /** Kinds of recoveries after which the failed server is no primary any more. */
  private static final Set<String> REPLACING =
      Set.of(DeadPrimaryPlaybook.KIND, PlannedTakeoverPlaybook.KIND);

  private final Database database;

  RogueFinder(Database database) {
    this.database = database;
  }

  /** A writable server that is not the primary, and the cluster whose primary it was. */
  record Rogue(Instance instance, ClusterRecord cluster) {}

  List<Rogue> find(Topology topology) {
    List<Rogue> rogues = new ArrayList<>();
    for (Instance instance : topology.instances()) {
      boolean recorded = database.clusters().byPrimaryUuid(instance.server().uuid()).isPresent();
      if (ClusterKeeper.isWritablePrimary(instance) && !recorded) {
        successor(topology, instance)
            .ifPresent(cluster -> rogues.add(new Rogue(instance, cluster)));
      }
    }
    return rogues;
  }

  private Optional<ClusterRecord> successor(Topology topology, Instance instance) {
    String uuid = instance.server().uuid();
    return database.recoveries().newest(false, 0, MAX_HISTORY).stream()
        .filter(past -> REPLACING.contains(past.subject().kind()))
        .filter(past -> past.subject().failedUuid().equals(uuid))
        .filter(past -> past.ending().map(Recovery.Ending::successful).orElse(false))
        .filter(past -> seenSince(instance, past.ending().orElseThrow().endedAt()))
        .findFirst()
        .flatMap(past -> database.clusters().byId(past.subject().clusterId()))
        .filter(cluster -> !cluster.primaryUuid().equals(uuid))
        .filter(cluster -> seenWritable(topology, cluster));
  }

  /** What a visit saw before the recovery's end says nothing of the time after it. */
  private static boolean seenSince(Instance instance, Instant moment) {
    return instance.check().seenAt().minus(instance.check().latency()).isAfter(moment);
  }

  private static boolean seenWritable(Topology topology, ClusterRecord cluster) {
    return topology.instances().stream()
        .filter(i -> i.server().uuid().equals(cluster.primaryUuid()))
        .anyMatch(ClusterKeeper::isWritablePrimary);
  }
}
