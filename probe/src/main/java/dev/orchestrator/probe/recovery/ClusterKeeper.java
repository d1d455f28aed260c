package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.sql.Database;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps the primary records (rule A1): says which commands the seen topology asks for. Confined to
 * the supervisor's thread.
 */
final class ClusterKeeper {
  private static final int MAX_HISTORY = 1_000;

  private final Database database;
  private final SecureRandom random = new SecureRandom();

  ClusterKeeper(Database database) {
    this.database = database;
  }

  /** Registrations of new clusters, and designations of switches that people made by hand. */
  List<Command> wanted(Topology topology, long term) {
    List<ClusterRecord> records = database.clusters().all();
    List<Command> commands = new ArrayList<>();
    for (ClusterRecord record : records) {
      switchedByHand(topology, record, settledAt(record.clusterId()))
          .ifPresent(
              primary ->
                  commands.add(
                      new Command.DesignatePrimary(
                          "",
                          term,
                          record.clusterId(),
                          record.epoch(),
                          primary.server().uuid(),
                          primary.key())));
    }
    List<Instance> unknown =
        topology.instances().stream()
            .filter(ClusterKeeper::isWritablePrimary)
            .filter(i -> records.stream().noneMatch(r -> r.primaryUuid().equals(i.server().uuid())))
            .filter(i -> rogue(topology, i, records).isEmpty())
            .sorted(
                Comparator.<Instance>comparingInt(i -> -topology.replicasOf(i.key()).size())
                    .thenComparing(Instance::key))
            .toList();
    if (commands.isEmpty() && !unknown.isEmpty()) {
      // One at a time: the next one may turn out to belong to this cluster.
      Instance primary = unknown.getFirst();
      commands.add(
          new Command.RegisterCluster(
              randomId(),
              primary.server().uuid(),
              primary.key(),
              primary.placement().suggestedAlias()));
    }
    return commands;
  }

  static boolean isWritablePrimary(Instance instance) {
    return !instance.replication().configured()
        && instance.check().lastCheckValid()
        && !instance.server().readOnly()
        && !instance.server().superReadOnly()
        && !instance.server().uuid().isEmpty();
  }

  /** Visits that began earlier may show the cluster as it was before its newest recovery. */
  private Instant settledAt(String clusterId) {
    return database.recoveries().newest(false, 0, MAX_HISTORY).stream()
        .filter(past -> past.subject().clusterId().equals(clusterId))
        .findFirst()
        .map(past -> past.ending().map(Recovery.Ending::endedAt).orElse(Instant.MAX))
        .orElse(Instant.EPOCH);
  }

  /** The recorded primary itself is seen replicating from a writable server. */
  private static Optional<Instance> switchedByHand(
      Topology topology, ClusterRecord record, Instant settledAt) {
    return topology.instances().stream()
        .filter(i -> i.server().uuid().equals(record.primaryUuid()))
        .filter(i -> i.check().seenAt().minus(i.check().latency()).isAfter(settledAt))
        .filter(i -> i.check().lastCheckValid() && i.isReplica())
        .filter(i -> i.replication().receiver() == ReplicaThreadState.RUNNING)
        .flatMap(old -> topology.find(old.replication().source()).stream())
        .filter(ClusterKeeper::isWritablePrimary)
        .filter(primary -> !primary.server().uuid().equals(record.primaryUuid()))
        .findFirst();
  }

  /**
   * Why a writable server without a record is no cluster of its own but a rogue member of a known
   * one: it was a primary before, or shares transactions with a recorded primary.
   */
  Optional<String> rogue(Topology topology, Instance instance, List<ClusterRecord> records) {
    String uuid = instance.server().uuid();
    for (Recovery past : database.recoveries().newest(false, 0, MAX_HISTORY)) {
      boolean replaced = past.subject().failedUuid().equals(uuid);
      if (replaced || past.subject().lockedUuids().contains(uuid)) {
        return Optional.of(instance.key() + " is writable but took part in recovery " + past.uid());
      }
    }
    Set<String> own = originUuids(instance);
    for (ClusterRecord record : records) {
      boolean descends = own.contains(record.primaryUuid());
      boolean ancestor =
          topology.instances().stream()
              .filter(i -> i.server().uuid().equals(record.primaryUuid()))
              .anyMatch(i -> originUuids(i).contains(uuid));
      if (descends || ancestor) {
        return Optional.of(
            instance.key()
                + " is writable but shares transactions with the recorded primary "
                + record.primaryKey());
      }
    }
    return Optional.empty();
  }

  private static Set<String> originUuids(Instance instance) {
    try {
      return GtidSet.parse(instance.server().gtidExecuted()).uuids();
    } catch (IllegalArgumentException e) {
      return new TreeSet<>(); // another vendor's GTIDs name no servers
    }
  }

  private String randomId() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
