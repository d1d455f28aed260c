package dev.orchestrator.store.model;

import java.time.Instant;

/**
 * A time in which an instance's problems start no recovery. Replicated. Immutable.
 *
 * @param key the instance
 * @param owner who asked for it
 * @param reason why
 * @param beginsAt start
 * @param endsAt end, after which an expiry command removes the row
 */
public record Downtime(
    InstanceKey key, String owner, String reason, Instant beginsAt, Instant endsAt) {
  private static final String LOST = "lost-in-recovery";

  /** The downtime of a server that a recovery left behind, with the published reason. */
  public static Downtime lostInRecovery(InstanceKey key, Instant begin, Instant end) {
    return new Downtime(key, "orchestrator", LOST, begin, end);
  }

  /** Whether a recovery began it. */
  public boolean lostInRecovery() {
    return reason.equals(LOST);
  }

  /** Whether the downtime is in force. */
  public boolean activeAt(Instant now) {
    return !now.isBefore(beginsAt) && now.isBefore(endsAt);
  }
}
