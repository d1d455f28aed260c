package dev.orchestrator.probe.mysql;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.util.List;

/**
 * Everything that one visit reads. Immutable.
 *
 * @param hostname name under which the server wants to be known, never empty
 * @param server what it says of itself
 * @param replication its own replication
 * @param semiSync semi-synchronous replication
 * @param replicas replicas connected to it
 * @param clusterAlias answer of the alias query, {@code ""} for none
 * @param durable each commit is on disk, binary log and data, before it is acknowledged
 */
public record ServerStatus(
    String hostname,
    ServerFacts server,
    ReplicationFacts replication,
    SemiSyncFacts semiSync,
    List<InstanceKey> replicas,
    String clusterAlias,
    boolean durable) {
  public ServerStatus {
    replicas = List.copyOf(replicas);
  }
}
