package dev.orchestrator.store.model;

import java.time.Duration;
import java.time.Instant;

/**
 * When this node looked at an instance. Immutable.
 *
 * @param attemptedAt start of the newest visit, finished or not
 * @param checkedAt end of the newest finished visit, good or bad
 * @param seenAt end of the newest good visit; {@link Instant#EPOCH} for never
 * @param partialSuccess the newest failed visit still read the basic variables
 * @param latency how long the newest good visit took
 * @param error why the newest visit failed, {@code ""} when it did not
 */
public record CheckTimes(
    Instant attemptedAt,
    Instant checkedAt,
    Instant seenAt,
    boolean partialSuccess,
    Duration latency,
    String error) {
  /** Never visited. */
  public static final CheckTimes NEVER =
      new CheckTimes(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, false, Duration.ZERO, "");

  /** Whether the newest finished visit was good. */
  public boolean lastCheckValid() {
    return !seenAt.equals(Instant.EPOCH) && !checkedAt.isAfter(seenAt);
  }
}
