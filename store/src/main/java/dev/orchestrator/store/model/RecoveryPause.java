package dev.orchestrator.store.model;

import java.time.Instant;

/**
 * A time in which no automatic recovery of a cluster starts, because a person said so. Replicated.
 * Immutable.
 *
 * @param clusterId the cluster's immutable id
 * @param owner who said so
 * @param reason why
 * @param beginsAt leader's stamp
 * @param endsAt from then on it counts no more
 */
public record RecoveryPause(
    String clusterId, String owner, String reason, Instant beginsAt, Instant endsAt) {
  /** Whether it counts at this moment. */
  public boolean inForce(Instant now) {
    return now.isBefore(endsAt);
  }
}
