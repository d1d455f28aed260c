package dev.orchestrator.probe.discovery;

import java.time.Duration;

/**
 * How long a visit waits. A server that used to answer at once and does not now is given up after
 * about a second, so that a frozen one is noticed; one that keeps timing out soon gets twice as
 * long each time, so that a slow one is not called dead for ever. Pure.
 */
final class Patience {
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final int USUAL_LATENCIES = 4;
  private static final int MAX_DOUBLINGS = 10;

  /** So many failures in a row show that a server is frozen; only then it may be just slow. */
  private static final int UNDOUBLED = 4;

  private Patience() {}

  /**
   * @param full the longest wait allowed
   * @param seenBefore whether the server ever answered; if not, nothing is known of its speed
   * @param usual how long its last good visit took
   * @param failedInARow failed visits since the last good one
   */
  static Duration of(Duration full, boolean seenBefore, Duration usual, int failedInARow) {
    if (!seenBefore) {
      return full;
    }
    Duration least = usual.multipliedBy(USUAL_LATENCIES);
    Duration base = least.compareTo(LEAST) > 0 ? least : LEAST;
    int doublings = Math.clamp(failedInARow - (long) UNDOUBLED, 0, MAX_DOUBLINGS);
    Duration wanted = base.multipliedBy(1L << doublings);
    return wanted.compareTo(full) < 0 ? wanted : full;
  }
}
