package dev.orchestrator.store.model;

import java.time.Instant;
import java.util.List;

/**
 * A failure that the leader registered through the log. Replicated. Immutable.
 *
 * @param id number, from 1, in log order
 * @param key failed instance
 * @param clusterName name of its cluster at that time
 * @param clusterAlias alias of its cluster at that time
 * @param analysis published analysis code, for example DeadMaster
 * @param description the analysis in words
 * @param replicas replicas of the failed instance at that time
 * @param actionable whether a recovery may follow
 * @param node name of the member that registered it
 * @param detectedAt leader's stamp
 * @param active no second detection of this instance is registered while this is set
 * @param recoveryId recovery that followed, 0 for none
 */
public record FailureDetection(
    long id,
    InstanceKey key,
    String clusterName,
    String clusterAlias,
    String analysis,
    String description,
    List<InstanceKey> replicas,
    boolean actionable,
    String node,
    Instant detectedAt,
    boolean active,
    long recoveryId) {
  public FailureDetection {
    replicas = List.copyOf(replicas);
  }
}
