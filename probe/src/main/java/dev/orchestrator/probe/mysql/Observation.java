package dev.orchestrator.probe.mysql;

import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.time.Instant;

/** What one visit saw. Not reaching a server is a finding, not an exception. Immutable. */
public sealed interface Observation {
  /** The address that was visited. */
  InstanceKey key();

  /** When the visit began to talk to the server. */
  Instant startedAt();

  /** The server answered everything that is needed. */
  record Reached(InstanceKey key, Instant startedAt, Duration latency, ServerStatus status)
      implements Observation {}

  /**
   * The server did not answer, or not enough.
   *
   * @param cause class of the failure
   * @param message the failure in words
   * @param partial the basic variables were read before it failed
   */
  record Unreached(
      InstanceKey key, Instant startedAt, FailureCause cause, String message, boolean partial)
      implements Observation {}
}
