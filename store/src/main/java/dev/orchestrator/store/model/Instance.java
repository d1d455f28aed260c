package dev.orchestrator.store.model;

import java.util.List;

/**
 * One MySQL server as this node saw it last. Immutable.
 *
 * @param key address
 * @param server what the server says of itself
 * @param replication its view of its own replication
 * @param semiSync semi-synchronous replication
 * @param replicas addresses of connected replicas as the server lists them, sorted
 * @param placement place in topology and world
 * @param check when this node looked
 */
public record Instance(
    InstanceKey key,
    ServerFacts server,
    ReplicationFacts replication,
    SemiSyncFacts semiSync,
    List<InstanceKey> replicas,
    Placement placement,
    CheckTimes check) {
  public Instance {
    replicas = replicas.stream().sorted().toList();
  }

  /** A server that is only known by name. */
  public static Instance known(InstanceKey key) {
    return new Instance(
        key,
        ServerFacts.UNKNOWN,
        ReplicationFacts.NONE,
        SemiSyncFacts.NONE,
        List.of(),
        Placement.inCluster(key.toString()),
        CheckTimes.NEVER);
  }

  /** Whether a source is configured that the server really follows. */
  public boolean isReplica() {
    return replication.configured() && replication.source().isReal();
  }

  public Instance withPlacement(Placement newPlacement) {
    return new Instance(key, server, replication, semiSync, replicas, newPlacement, check);
  }

  public Instance withCheck(CheckTimes newCheck) {
    return new Instance(key, server, replication, semiSync, replicas, placement, newCheck);
  }
}
