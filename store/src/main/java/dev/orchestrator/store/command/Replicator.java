package dev.orchestrator.store.command;

import java.time.Duration;

/** The way into the log. Thread-safe. */
public interface Replicator {
  /**
   * Stamps the command, commits it and waits until it is applied on this node. Blocks; meant for
   * virtual threads.
   *
   * @param timeout bound of the wait; when it passes the outcome is {@link Outcome.Unknown}
   */
  Outcome submit(Command command, Duration timeout);

  /**
   * As {@link #submit}, but waits only when asked to. Commands that one thread begins one after the
   * other come into the log in this order, so that awaiting the last one waits for all.
   *
   * @param timeout bound of the time from now until the outcome is there
   */
  default Pending begin(Command command, Duration timeout) {
    Outcome outcome = submit(command, timeout);
    return () -> outcome;
  }

  /** A command on its way. */
  @FunctionalInterface
  interface Pending {
    /** Waits for the outcome. */
    Outcome await();
  }
}
