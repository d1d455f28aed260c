package dev.orchestrator.probe.recovery;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What is not tried again for a while, by name. Thread-safe. */
final class Pauses {
  private final Clock clock;
  private final Map<String, Instant> retryAt = new ConcurrentHashMap<>();

  Pauses(Clock clock) {
    this.clock = clock;
  }

  boolean paused(String what) {
    Instant at = retryAt.get(what);
    return at != null && clock.instant().isBefore(at);
  }

  void pause(String what, Duration time) {
    retryAt.values().removeIf(at -> at.isBefore(clock.instant()));
    retryAt.put(what, clock.instant().plus(time));
  }
}
