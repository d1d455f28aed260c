package dev.orchestrator.probe.topology;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** All known instances as a graph of sources and replicas, at one moment. Pure, immutable. */
public final class Topology {
  private final SortedMap<InstanceKey, Instance> instances = new TreeMap<>();
  private final Map<InstanceKey, List<Instance>> replicasBySource;

  private Topology(Collection<Instance> all) {
    all.forEach(instance -> instances.put(instance.key(), instance));
    replicasBySource =
        instances.values().stream()
            .filter(Instance::isReplica)
            .collect(
                java.util.stream.Collectors.groupingBy(
                    instance -> instance.replication().source()));
  }

  public static Topology of(Collection<Instance> instances) {
    return new Topology(instances);
  }

  /** All instances, ordered by key. */
  public List<Instance> instances() {
    return List.copyOf(instances.values());
  }

  public Optional<Instance> find(InstanceKey key) {
    return Optional.ofNullable(instances.get(key));
  }

  /** Instances that name this server as their source, ordered by key. */
  public List<Instance> replicasOf(InstanceKey source) {
    return replicasBySource.getOrDefault(source, List.of());
  }

  /** Names of all clusters, sorted. */
  public List<String> clusterNames() {
    return instances.values().stream()
        .map(instance -> instance.placement().clusterName())
        .distinct()
        .sorted()
        .toList();
  }

  /** Members of a cluster, ordered by key. */
  public List<Instance> cluster(String clusterName) {
    return instances.values().stream()
        .filter(instance -> instance.placement().clusterName().equals(clusterName))
        .toList();
  }
}
