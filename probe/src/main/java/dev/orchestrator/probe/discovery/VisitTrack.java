package dev.orchestrator.probe.discovery;

import java.util.OptionalLong;

/**
 * This process's visits of one server on the monotonic clock ({@link System#nanoTime()}).
 * Immutable.
 *
 * @param runningSinceNanos start of the visit that runs now
 * @param finishedStartNanos start of the newest finished visit, good or bad
 * @param failedVisits failed visits in this process, growing only
 * @param failedInARow failed visits since the newest good one; 0 after a good one
 */
public record VisitTrack(
    OptionalLong runningSinceNanos,
    OptionalLong finishedStartNanos,
    long failedVisits,
    int failedInARow) {
  /** Never visited by this process. */
  public static final VisitTrack NONE =
      new VisitTrack(OptionalLong.empty(), OptionalLong.empty(), 0, 0);

  /** Whether a visit that began at or after then has ended. */
  public boolean finishedOneSince(long nanos) {
    return finishedStartNanos.isPresent() && finishedStartNanos.getAsLong() - nanos >= 0;
  }

  /** Whether a visit that began at or after then has been hanging for at least so long. */
  public boolean hangsSince(long nanos, long nowNanos, long atLeastNanos) {
    return runningSinceNanos.isPresent()
        && runningSinceNanos.getAsLong() - nanos >= 0
        && nowNanos - runningSinceNanos.getAsLong() >= atLeastNanos;
  }

  VisitTrack begun(long nanos) {
    return new VisitTrack(OptionalLong.of(nanos), finishedStartNanos, failedVisits, failedInARow);
  }

  VisitTrack ended(long startNanos, boolean good) {
    OptionalLong start = OptionalLong.of(startNanos);
    return good
        ? new VisitTrack(OptionalLong.empty(), start, failedVisits, 0)
        : new VisitTrack(OptionalLong.empty(), start, failedVisits + 1, failedInARow + 1);
  }
}
