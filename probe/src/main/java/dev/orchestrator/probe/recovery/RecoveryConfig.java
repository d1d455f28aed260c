package dev.orchestrator.probe.recovery;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Policy of recoveries. Immutable.
 *
 * @param clusterFilters RecoverMasterClusterFilters: clusters whose dead primary is replaced
 *     automatically
 * @param blockPeriod RecoveryPeriodBlockSeconds
 * @param gracePeriod RecoveryGraceSeconds: after the end of a recovery, acknowledged or not, no
 *     automatic one of the same cluster starts for so long
 * @param detectionBlockPeriod FailureDetectionPeriodBlockMinutes
 * @param stepTimeout deadline of one step on one server, above 0
 * @param hookTimeout deadline of one hook, above 0
 * @param hookShell ProcessesShellCommand, for example bash
 * @param hooks command lines by list name: OnFailureDetectionProcesses, PreFailoverProcesses,
 *     PostMasterFailoverProcesses, PostFailoverProcesses, PostUnsuccessfulFailoverProcesses,
 *     PreGracefulTakeoverProcesses, PostGracefulTakeoverProcesses
 * @param applyPromotion ApplyMySQLPromotionAfterMasterFailover: make the promoted server writable
 * @param promotion whom configuration keeps from being promoted
 * @param replicas what becomes of replicas that are lost or late
 * @param rejoinOldPrimary OldPrimaryReturn: a replaced primary that has come back unharmed follows
 *     the new one by itself; else it is always quarantined
 * @param node name of this member
 * @param hostname host name given to hooks
 */
public record RecoveryConfig(
    List<String> clusterFilters,
    Duration blockPeriod,
    Duration gracePeriod,
    Duration detectionBlockPeriod,
    Duration stepTimeout,
    Duration hookTimeout,
    String hookShell,
    Map<String, List<String>> hooks,
    boolean applyPromotion,
    PromotionPolicy promotion,
    ReplicaPolicy replicas,
    boolean rejoinOldPrimary,
    String node,
    String hostname) {
  /** With old primaries always quarantined, and everybody free to be promoted. */
  public RecoveryConfig(
      List<String> clusterFilters,
      Duration blockPeriod,
      Duration detectionBlockPeriod,
      Duration stepTimeout,
      Duration hookTimeout,
      String hookShell,
      Map<String, List<String>> hooks,
      boolean applyPromotion,
      String node,
      String hostname) {
    this(
        clusterFilters,
        blockPeriod,
        Duration.ZERO,
        detectionBlockPeriod,
        stepTimeout,
        hookTimeout,
        hookShell,
        hooks,
        applyPromotion,
        PromotionPolicy.FREE,
        ReplicaPolicy.PLAIN,
        false,
        node,
        hostname);
  }

  public RecoveryConfig {
    clusterFilters = List.copyOf(clusterFilters);
    hooks = Map.copyOf(hooks);
  }
}
