package dev.orchestrator.raft.port;

/** A clock that never goes back and does not care what time it is. Thread-safe. */
@FunctionalInterface
public interface MonotonicClock {
  /** Milliseconds since an origin that is fixed for this process. */
  long nowMillis();

  /** The clock of this machine: {@link System#nanoTime()}, blind to changes of the wall clock. */
  static MonotonicClock system() {
    long origin = System.nanoTime();
    return () -> (System.nanoTime() - origin) / 1_000_000;
  }
}
