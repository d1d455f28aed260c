package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a hook is told: values by placeholder name and by environment name, both as clients of old
 * know them. Immutable.
 */
record HookFacts(Map<String, String> placeholders, Map<String, String> environment) {
  HookFacts {
    placeholders = Collections.unmodifiableMap(new TreeMap<>(placeholders));
    environment = Collections.unmodifiableMap(new TreeMap<>(environment));
  }

  HookFacts with(String variable, String value) {
    Map<String, String> more = new TreeMap<>(environment);
    more.put(variable, value);
    return new HookFacts(placeholders, more);
  }

  /**
   * What is looked up at the moment of a hook.
   *
   * @param downtimed the failed server is in downtime
   * @param successorAlias display name of the new primary, {@code ""} for none
   * @param successorCoordinates where its binary log stands, {@code file:position}; {@code ""} when
   *     it could not be asked
   */
  record Moment(boolean downtimed, String successorAlias, String successorCoordinates) {
    static final Moment PLAIN = new Moment(false, "", "");
  }

  /** Facts of a failure of which no recovery exists yet. */
  static HookFacts of(FailureDetection detection, RecoveryConfig config, boolean downtimed) {
    Builder facts = new Builder();
    facts.failure(
        detection.analysis(),
        detection.description(),
        detection.key(),
        detection.clusterName(),
        detection.clusterAlias(),
        detection.replicas(),
        downtimed);
    facts.common(
        config, "", "", recovers(config, detection.clusterName(), detection.clusterAlias()));
    facts.outcome(Optional.empty(), List.of(), Moment.PLAIN);
    return facts.build();
  }

  /** Facts of a recovery at the moment of one of its hooks. */
  static HookFacts of(
      Recovery recovery, Ledger ledger, RecoveryStep step, RecoveryConfig config, Moment moment) {
    Recovery.Subject subject = recovery.subject();
    Builder facts = new Builder();
    facts.failure(
        subject.analysis(),
        subject.description(),
        subject.failedKey(),
        subject.clusterName(),
        subject.clusterAlias(),
        subject.replicas(),
        moment.downtimed());
    facts.common(
        config,
        recovery.uid(),
        command(Order.of(subject)),
        recovers(config, subject.clusterName(), subject.clusterAlias()));
    facts.outcome(successor(step), Outcomes.lost(ledger), moment);
    return facts.build();
  }

  /** The new primary that a hook is told of. */
  static Optional<InstanceKey> successor(RecoveryStep step) {
    String winner = step.arguments().getOrDefault(RecoveryPlanner.WINNER, "");
    return winner.isEmpty() ? Optional.empty() : Optional.of(InstanceKey.parse(winner, 0));
  }

  /** Whether the cluster's dead primary is replaced without being asked. */
  private static boolean recovers(RecoveryConfig config, String cluster, String alias) {
    return ClusterFilter.matches(config.clusterFilters(), cluster, alias);
  }

  /** Hooks know three commands. */
  private static String command(Order order) {
    return switch (order.command()) {
      case Order.TAKEOVER, Order.TAKEOVER_AUTO -> Order.TAKEOVER;
      case Order.FAILOVER, Order.FORCED_TAKEOVER -> order.command();
      default -> "";
    };
  }

  /** What kind of server failed, by the published name of its failure. */
  private static String instanceType(String analysis) {
    if (analysis.contains("IntermediateMaster")) {
      return "intermediate-master";
    }
    return analysis.contains("CoMaster") ? "co-master" : "master";
  }

  private static String joined(Collection<InstanceKey> keys) {
    return keys.stream().map(InstanceKey::toString).collect(Collectors.joining(","));
  }

  /** Collects the pairs. Confined to one thread. */
  private static final class Builder {
    private final Map<String, String> placeholders = new TreeMap<>();
    private final Map<String, String> environment = new TreeMap<>();

    private void put(String placeholder, String variable, String value) {
      placeholders.put(placeholder, value);
      environment.put(variable, value);
    }

    void failure(
        String type,
        String description,
        InstanceKey failed,
        String clusterName,
        String clusterAlias,
        List<InstanceKey> replicas,
        boolean downtimed) {
      put("failureType", "ORC_FAILURE_TYPE", type);
      String instanceType = instanceType(type);
      put("instanceType", "ORC_INSTANCE_TYPE", instanceType);
      put("isMaster", "ORC_IS_MASTER", Boolean.toString(instanceType.equals("master")));
      put("isCoMaster", "ORC_IS_CO_MASTER", Boolean.toString(instanceType.equals("co-master")));
      put("failureDescription", "ORC_FAILURE_DESCRIPTION", description);
      put("failedHost", "ORC_FAILED_HOST", failed.host());
      put("failedPort", "ORC_FAILED_PORT", Integer.toString(failed.port()));
      put("failureCluster", "ORC_FAILURE_CLUSTER", clusterName);
      put("failureClusterAlias", "ORC_FAILURE_CLUSTER_ALIAS", clusterAlias);
      put("failureClusterDomain", "ORC_FAILURE_CLUSTER_DOMAIN", clusterName);
      put("countReplicas", "ORC_COUNT_REPLICAS", Integer.toString(replicas.size()));
      placeholders.put("countSlaves", Integer.toString(replicas.size()));
      put("replicaHosts", "ORC_REPLICA_HOSTS", joined(replicas));
      placeholders.put("slaveHosts", joined(replicas));
      put("isDowntimed", "ORC_IS_DOWNTIMED", Boolean.toString(downtimed));
    }

    void common(RecoveryConfig config, String uid, String command, boolean recovers) {
      put("command", "ORC_COMMAND", command);
      put("autoMasterRecovery", "ORC_AUTO_MASTER_RECOVERY", Boolean.toString(recovers));
      put("autoIntermediateMasterRecovery", "ORC_AUTO_INTERMEDIATE_MASTER_RECOVERY", "false");
      put("orchestratorHost", "ORC_ORCHESTRATOR_HOST", config.hostname());
      put("recoveryUID", "ORC_RECOVERY_UID", uid);
    }

    /** Without a successor its placeholders stay as they are. */
    void outcome(Optional<InstanceKey> successor, List<InstanceKey> lost, Moment moment) {
      put("isSuccessful", "ORC_IS_SUCCESSFUL", Boolean.toString(successor.isPresent()));
      put("lostReplicas", "ORC_LOST_REPLICAS", joined(lost));
      placeholders.put("lostSlaves", joined(lost));
      placeholders.put("countLostReplicas", Integer.toString(lost.size()));
      successor.ifPresent(
          key -> {
            put("successorHost", "ORC_SUCCESSOR_HOST", key.host());
            put("successorPort", "ORC_SUCCESSOR_PORT", Integer.toString(key.port()));
            put("successorAlias", "ORC_SUCCESSOR_ALIAS", moment.successorAlias());
            put(
                "successorBinlogCoordinates",
                "ORC_SUCCESSOR_BINLOG_COORDINATES",
                moment.successorCoordinates());
          });
    }

    HookFacts build() {
      return new HookFacts(placeholders, environment);
    }
  }
}
