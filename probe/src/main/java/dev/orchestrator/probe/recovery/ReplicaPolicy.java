package dev.orchestrator.probe.recovery;

import java.time.Duration;

/**
 * What becomes of servers that an unplanned failover leaves behind or moves late. Immutable.
 *
 * @param detachLost DetachLostReplicasAfterMasterFailover: a replica that does not follow the new
 *     primary must not follow the old one when that comes back
 * @param detachPromoted MasterFailoverDetachReplicaMasterHost: so must not the promoted server,
 *     where it is left to others to end its replication
 * @param postponeDelayedBy PostponeReplicaRecoveryOnLagMinutes: replicas with a longer delay are
 *     moved after everything else; zero for none
 */
public record ReplicaPolicy(
    boolean detachLost, boolean detachPromoted, Duration postponeDelayedBy) {
  /** Nobody is detached or postponed. */
  public static final ReplicaPolicy PLAIN = new ReplicaPolicy(false, false, Duration.ZERO);

  public ReplicaPolicy {
    if (postponeDelayedBy.isNegative()) {
      throw new IllegalArgumentException("need a delay of at least 0, got " + postponeDelayedBy);
    }
  }

  /** Whether a replica with this delay is moved late. */
  boolean postpones(long delaySeconds) {
    return postponeDelayedBy.isPositive() && delaySeconds > postponeDelayedBy.toSeconds();
  }
}
