package dev.orchestrator.store.sql;

/** Periods from commands, kept within bounds: apply must not fail on a number that is too large. */
public final class Periods {
  /** A thousand years. */
  private static final long MAX_SECONDS = 31_556_952_000L;

  private Periods() {}

  /** Milliseconds of a period in seconds; a negative one counts as 0, at most a thousand years. */
  public static long millis(long seconds) {
    return Math.clamp(seconds, 0L, MAX_SECONDS) * 1_000;
  }
}
