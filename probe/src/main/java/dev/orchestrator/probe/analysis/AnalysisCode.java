package dev.orchestrator.probe.analysis;

/** What is wrong with a source, with the name under which it is published. */
public enum AnalysisCode {
  NO_PROBLEM("NoProblem"),
  DEAD_PRIMARY_WITHOUT_REPLICAS("DeadMasterWithoutReplicas"),
  DEAD_PRIMARY("DeadMaster"),
  DEAD_PRIMARY_AND_REPLICAS("DeadMasterAndReplicas"),
  DEAD_PRIMARY_AND_SOME_REPLICAS("DeadMasterAndSomeReplicas"),
  UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS("UnreachableMasterWithLaggingReplicas"),
  UNREACHABLE_PRIMARY("UnreachableMaster"),
  LOCKED_SEMI_SYNC_PRIMARY_HYPOTHESIS("LockedSemiSyncMasterHypothesis"),
  LOCKED_SEMI_SYNC_PRIMARY("LockedSemiSyncMaster"),
  PRIMARY_SINGLE_REPLICA_NOT_REPLICATING("MasterSingleReplicaNotReplicating"),
  PRIMARY_SINGLE_REPLICA_DEAD("MasterSingleReplicaDead"),
  ALL_PRIMARY_REPLICAS_NOT_REPLICATING("AllMasterReplicasNotReplicating"),
  ALL_PRIMARY_REPLICAS_NOT_REPLICATING_OR_DEAD("AllMasterReplicasNotReplicatingOrDead"),
  DEAD_INTERMEDIATE_SOURCE("DeadIntermediateMaster"),
  DEAD_INTERMEDIATE_SOURCE_WITH_SINGLE_REPLICA("DeadIntermediateMasterWithSingleReplica"),
  DEAD_INTERMEDIATE_SOURCE_AND_SOME_REPLICAS("DeadIntermediateMasterAndSomeReplicas"),
  DEAD_INTERMEDIATE_SOURCE_AND_REPLICAS("DeadIntermediateMasterAndReplicas"),
  UNREACHABLE_INTERMEDIATE_SOURCE("UnreachableIntermediateMaster"),
  ALL_INTERMEDIATE_SOURCE_REPLICAS_NOT_REPLICATING("AllIntermediateMasterReplicasNotReplicating"),
  FIRST_TIER_REPLICA_FAILING_TO_CONNECT("FirstTierReplicaFailingToConnectToMaster");

  private final String publishedName;

  AnalysisCode(String publishedName) {
    this.publishedName = publishedName;
  }

  /** The name that clients know. */
  public String publishedName() {
    return publishedName;
  }
}
