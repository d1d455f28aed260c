package dev.orchestrator.probe.discovery;

import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicationFacts;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The fleet as this node saw it last, in memory: reads cost no SQL. Thread-safe. */
final class KnownFleet {
  private final Map<InstanceKey, Instance> instances = new TreeMap<>();
  private final Map<InstanceKey, InstanceKey> names = new HashMap<>();
  private @Nullable Topology snapshot;

  synchronized void load(Collection<Instance> stored) {
    stored.forEach(instance -> instances.putIfAbsent(instance.key(), instance));
    snapshot = null;
  }

  /** The whole fleet with cluster names; computed when something changed since the last call. */
  synchronized Topology topology() {
    Topology current = snapshot;
    if (current == null) {
      current = Topology.of(ClusterNamer.place(instances.values()));
      snapshot = current;
    }
    return current;
  }

  synchronized Optional<Instance> find(InstanceKey key) {
    return Optional.ofNullable(instances.get(key));
  }

  /** Its source, the source's source and so on, as far as they are known; never itself. */
  synchronized List<Instance> ancestorsOf(Instance instance) {
    Map<InstanceKey, Instance> ancestors = new LinkedHashMap<>();
    Instance at = instance;
    while (at != null && at.isReplica()) {
      Instance source = instances.get(nameOf(at.replication().source()));
      boolean circle =
          source == null
              || source.key().equals(instance.key())
              || ancestors.putIfAbsent(source.key(), source) != null;
      at = circle ? null : source;
    }
    return List.copyOf(ancestors.values());
  }

  /** Keeps what a visit saw; returns what was known before. */
  synchronized Optional<Instance> put(Instance seen) {
    ReplicationFacts replication = seen.replication();
    InstanceKey source = nameOf(replication.source());
    Instance instance =
        source.equals(replication.source()) ? seen : following(seen, replication, source);
    snapshot = null;
    return Optional.ofNullable(instances.put(instance.key(), instance));
  }

  /** Replaces the visit times, if the instance is known. */
  synchronized Optional<Instance> putCheck(InstanceKey key, CheckTimes check) {
    Instance known = instances.get(key);
    if (known != null) {
      instances.put(key, known.withCheck(check));
      snapshot = null;
    }
    return Optional.ofNullable(known);
  }

  /** Notes that a visit has begun. */
  synchronized void attempted(InstanceKey key, Instant at) {
    Instance known = instances.get(key);
    if (known != null) {
      CheckTimes check = known.check();
      putCheck(
          key,
          new CheckTimes(
              at,
              check.checkedAt(),
              check.seenAt(),
              check.partialSuccess(),
              check.latency(),
              check.error()));
    }
  }

  /** Knows a server by name only; returns whether it was unknown. */
  synchronized boolean addBare(InstanceKey key) {
    boolean added = instances.putIfAbsent(key, Instance.known(key)) == null;
    if (added) {
      snapshot = null;
    }
    return added;
  }

  synchronized void remove(InstanceKey key) {
    instances.remove(key);
    snapshot = null;
  }

  /** Notes that a server found under one address wants to be known under another. */
  synchronized void rename(InstanceKey found, InstanceKey name) {
    if (name.equals(names.put(found, name))) {
      return;
    }
    instances.remove(found);
    instances.replaceAll(
        (_, instance) ->
            instance.replication().source().equals(found)
                ? following(instance, instance.replication(), name)
                : instance);
    snapshot = null;
  }

  /** The name under which the server at an address is known. */
  synchronized InstanceKey nameOf(InstanceKey address) {
    return names.getOrDefault(address, address);
  }

  private static Instance following(
      Instance instance, ReplicationFacts replication, InstanceKey source) {
    return new Instance(
        instance.key(),
        instance.server(),
        new ReplicationFacts(
            source,
            replication.sourceUuid(),
            replication.receiver(),
            replication.applier(),
            replication.read(),
            replication.executed(),
            replication.relay(),
            replication.retrievedGtid(),
            replication.lastReceiverError(),
            replication.lastApplierError(),
            replication.secondsBehindSource(),
            replication.lagSeconds(),
            replication.delaySeconds(),
            replication.autoPosition(),
            replication.user(),
            replication.credentialsAvailable(),
            replication.filtered(),
            replication.tls()),
        instance.semiSync(),
        instance.replicas(),
        instance.placement(),
        instance.check());
  }
}
