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
}
