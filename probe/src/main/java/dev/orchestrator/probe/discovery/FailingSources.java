package dev.orchestrator.probe.discovery;

import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Servers whose visits fail, with the moment since when. While such a failure is fresh, the server
 * and its replicas are visited often, so that the replicas' word about it is fresh too; once it is
 * settled, at poll speed. Thread-safe; times in nanoseconds of one monotonic clock.
 */
final class FailingSources {
  /** Distance of visits while a failure is fresh. */
  static final Duration BURST_DISTANCE = Duration.ofMillis(250);

  /** Distance of visits while a failure is so new that a recovery may hang on it. */
  static final Duration FIRST_BURST_DISTANCE = Duration.ofMillis(100);

  /** After this long a failure is not so new any more. */
  static final Duration NEW = Duration.ofSeconds(5);

  /** After this long a failure counts as settled. */
  static final Duration SETTLED = Duration.ofSeconds(30);

  private final Map<InstanceKey, Long> since = new HashMap<>();

  synchronized void failed(InstanceKey key, long nowNanos) {
    since.putIfAbsent(key, nowNanos);
  }

  synchronized void answered(InstanceKey key) {
    since.remove(key);
  }

  /** Distance of visits now. */
  synchronized Duration burstDistance(long nowNanos) {
    return since.values().stream().anyMatch(began -> nowNanos - began < NEW.toNanos())
        ? FIRST_BURST_DISTANCE
        : BURST_DISTANCE;
  }

  /** Servers whose failure is not settled yet. */
  synchronized List<InstanceKey> fresh(long nowNanos) {
    return since.entrySet().stream()
        .filter(entry -> nowNanos - entry.getValue() < SETTLED.toNanos())
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }
}
