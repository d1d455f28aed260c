package dev.orchestrator.probe.analysis;

/** Judgements in words. Pure. */
final class Descriptions {
  private Descriptions() {}

  static String of(AnalysisCode code, Subject subject) {
    int replicas = subject.replicas();
    int valid = subject.validReplicas();
    return switch (code) {
      case NO_PROBLEM -> "";
      case DEAD_PRIMARY_WITHOUT_REPLICAS ->
          "The primary cannot be reached by orchestrator and has no replica";
      case DEAD_PRIMARY ->
          "The primary cannot be reached by orchestrator and none of its replicas is replicating";
      case DEAD_PRIMARY_AND_REPLICAS ->
          "Neither the primary nor any of its " + replicas + " replicas can be reached";
      case DEAD_PRIMARY_AND_SOME_REPLICAS ->
          "The primary cannot be reached by orchestrator; "
              + (replicas - valid)
              + " of its "
              + replicas
              + " replicas cannot be reached and none of the others is replicating";
      case UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS ->
          "The primary cannot be reached by orchestrator and all of its replicas are lagging";
      case UNREACHABLE_PRIMARY ->
          "The primary cannot be reached by orchestrator but "
              + subject.counts().connected()
              + " of its replicas are connected to it; it may be a network problem, or overloaded";
      case LOCKED_SEMI_SYNC_PRIMARY_HYPOTHESIS ->
          "The primary seems to wait for semi-sync acknowledgements: "
              + acknowledgers(subject)
              + "; being verified";
      case LOCKED_SEMI_SYNC_PRIMARY ->
          "The primary is locked, waiting for semi-sync acknowledgements: "
              + acknowledgers(subject);
      case PRIMARY_SINGLE_REPLICA_NOT_REPLICATING ->
          "The primary can be reached but its single replica is not replicating";
      case PRIMARY_SINGLE_REPLICA_DEAD ->
          "The primary can be reached but its single replica cannot";
      case ALL_PRIMARY_REPLICAS_NOT_REPLICATING ->
          "The primary can be reached but none of its replicas is replicating";
      case ALL_PRIMARY_REPLICAS_NOT_REPLICATING_OR_DEAD ->
          "The primary can be reached but its replicas are either unreachable or not replicating";
      case DEAD_INTERMEDIATE_SOURCE ->
          "The intermediate source cannot be reached and none of its replicas is replicating";
      case DEAD_INTERMEDIATE_SOURCE_WITH_SINGLE_REPLICA ->
          "The intermediate source cannot be reached and its single replica is not replicating";
      case DEAD_INTERMEDIATE_SOURCE_AND_SOME_REPLICAS ->
          "The intermediate source and some of its replicas cannot be reached,"
              + " and none of the others is replicating";
      case DEAD_INTERMEDIATE_SOURCE_AND_REPLICAS ->
          "Neither the intermediate source nor any of its replicas can be reached";
      case UNREACHABLE_INTERMEDIATE_SOURCE ->
          "The intermediate source cannot be reached but it has connected replicas";
      case ALL_INTERMEDIATE_SOURCE_REPLICAS_NOT_REPLICATING ->
          "The intermediate source can be reached but none of its replicas is replicating";
      case FIRST_TIER_REPLICA_FAILING_TO_CONNECT ->
          "A replica of the primary can be reached but fails to connect to the primary";
    };
  }

  private static String acknowledgers(Subject subject) {
    return subject.instance().semiSync().clients()
        + " connected, "
        + subject.instance().semiSync().waitForReplicas()
        + " needed";
  }
}
