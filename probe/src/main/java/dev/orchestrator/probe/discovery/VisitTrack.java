package dev.orchestrator.probe.discovery;

import dev.orchestrator.probe.mysql.FailureCause;
import dev.orchestrator.probe.mysql.Observation;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * This process's visits of one server on the monotonic clock ({@link System#nanoTime()}).
 * Immutable.
 *
 * @param runningSinceNanos start of the visit that runs now
 * @param finishedStartNanos start of the newest finished visit, good or bad
 * @param goodStartNanos start of the newest good visit
 * @param failingSinceNanos start of the first failed visit since the newest good one
 * @param failedVisits failed visits in this process, growing only
 * @param failedInARow failed visits since the newest good one; 0 after a good one
 * @param cause why the newest finished visit failed, empty after a good one
 */
public record VisitTrack(
    OptionalLong runningSinceNanos,
    OptionalLong finishedStartNanos,
    OptionalLong goodStartNanos,
    OptionalLong failingSinceNanos,
    long failedVisits,
    int failedInARow,
    Optional<FailureCause> cause) {
  /** Never visited by this process. */
  public static final VisitTrack NONE =
      new VisitTrack(OptionalLong.empty(), OptionalLong.empty(), 0, 0);

  /** A track of which only this much is known. */
  public VisitTrack(
      OptionalLong runningSinceNanos,
      OptionalLong finishedStartNanos,
      long failedVisits,
      int failedInARow) {
    this(
        runningSinceNanos,
        finishedStartNanos,
        OptionalLong.empty(),
        OptionalLong.empty(),
        failedVisits,
        failedInARow,
        Optional.empty());
  }

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
    return new VisitTrack(
        OptionalLong.of(nanos),
        finishedStartNanos,
        goodStartNanos,
        failingSinceNanos,
        failedVisits,
        failedInARow,
        cause);
  }

  VisitTrack ended(long startNanos, Observation observation) {
    OptionalLong start = OptionalLong.of(startNanos);
    return switch (observation) {
      case Observation.Reached _ ->
          new VisitTrack(
              OptionalLong.empty(),
              start,
              start,
              OptionalLong.empty(),
              failedVisits,
              0,
              Optional.empty());
      case Observation.Unreached unreached ->
          new VisitTrack(
              OptionalLong.empty(),
              start,
              goodStartNanos,
              failingSinceNanos.isPresent() ? failingSinceNanos : start,
              failedVisits + 1,
              failedInARow + 1,
              Optional.of(unreached.cause()));
    };
  }
}
