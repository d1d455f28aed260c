package dev.orchestrator.probe.analysis;

/**
 * The decision table: what is wrong with an instance, first match wins. Pure.
 *
 * <p>Servers that replicate from each other (co-sources) are neither primaries nor intermediate
 * sources and are not judged dead yet.
 */
final class AnalysisRules {
  private AnalysisRules() {}

  static AnalysisCode judge(Subject subject) {
    AnalysisCode code = AnalysisCode.NO_PROBLEM;
    if (subject.primary()) {
      code = subject.valid() ? livingPrimary(subject) : failingPrimary(subject);
    } else if (!subject.instance().placement().coSource()) {
      code = subject.valid() ? livingIntermediate(subject) : failingIntermediate(subject);
    }
    return code == AnalysisCode.NO_PROBLEM ? firstTierReplica(subject) : code;
  }

  private static AnalysisCode failingPrimary(Subject subject) {
    if (subject.replicas() == 0) {
      return AnalysisCode.DEAD_PRIMARY_WITHOUT_REPLICAS;
    }
    if (subject.validReplicas() == 0) {
      return AnalysisCode.DEAD_PRIMARY_AND_REPLICAS;
    }
    if (subject.nobodyIsConnected()) {
      return subject.allReplicasValid()
          ? AnalysisCode.DEAD_PRIMARY
          : AnalysisCode.DEAD_PRIMARY_AND_SOME_REPLICAS;
    }
    if (subject.everyReplicaLags()) {
      return AnalysisCode.UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS;
    }
    boolean partial = subject.instance().check().partialSuccess();
    if (!partial || subject.counts().failingToConnect() > 0) {
      return AnalysisCode.UNREACHABLE_PRIMARY;
    }
    return waitingForAcknowledgements(subject);
  }

  private static AnalysisCode livingPrimary(Subject subject) {
    AnalysisCode waiting = waitingForAcknowledgements(subject);
    if (waiting != AnalysisCode.NO_PROBLEM || !subject.nobodyReplicates()) {
      return waiting;
    }
    return switch (subject.replicas()) {
      case 0 -> AnalysisCode.NO_PROBLEM;
      case 1 ->
          subject.validReplicas() == 1
              ? AnalysisCode.PRIMARY_SINGLE_REPLICA_NOT_REPLICATING
              : AnalysisCode.PRIMARY_SINGLE_REPLICA_DEAD;
      default -> {
        if (subject.allReplicasValid()) {
          yield AnalysisCode.ALL_PRIMARY_REPLICAS_NOT_REPLICATING;
        }
        yield subject.someReplicasValid()
            ? AnalysisCode.ALL_PRIMARY_REPLICAS_NOT_REPLICATING_OR_DEAD
            : AnalysisCode.NO_PROBLEM;
      }
    };
  }

  private static AnalysisCode waitingForAcknowledgements(Subject subject) {
    if (!subject.semiSyncWaits()) {
      return AnalysisCode.NO_PROBLEM;
    }
    return subject.stale()
        ? AnalysisCode.LOCKED_SEMI_SYNC_PRIMARY
        : AnalysisCode.LOCKED_SEMI_SYNC_PRIMARY_HYPOTHESIS;
  }

  private static AnalysisCode failingIntermediate(Subject subject) {
    if (subject.replicas() == 0) {
      return AnalysisCode.NO_PROBLEM;
    }
    if (subject.validReplicas() == 0) {
      return AnalysisCode.DEAD_INTERMEDIATE_SOURCE_AND_REPLICAS;
    }
    if (subject.nobodyIsConnected()) {
      if (!subject.allReplicasValid()) {
        return AnalysisCode.DEAD_INTERMEDIATE_SOURCE_AND_SOME_REPLICAS;
      }
      return subject.replicas() == 1
          ? AnalysisCode.DEAD_INTERMEDIATE_SOURCE_WITH_SINGLE_REPLICA
          : AnalysisCode.DEAD_INTERMEDIATE_SOURCE;
    }
    return subject.instance().check().partialSuccess()
        ? AnalysisCode.NO_PROBLEM
        : AnalysisCode.UNREACHABLE_INTERMEDIATE_SOURCE;
  }

  private static AnalysisCode livingIntermediate(Subject subject) {
    return subject.replicas() > 0 && subject.nobodyReplicates()
        ? AnalysisCode.ALL_INTERMEDIATE_SOURCE_REPLICAS_NOT_REPLICATING
        : AnalysisCode.NO_PROBLEM;
  }

  private static AnalysisCode firstTierReplica(Subject subject) {
    return subject.instance().placement().depth() == 1
            && ReplicaCount.failsToConnect(subject.instance())
        ? AnalysisCode.FIRST_TIER_REPLICA_FAILING_TO_CONNECT
        : AnalysisCode.NO_PROBLEM;
  }
}
