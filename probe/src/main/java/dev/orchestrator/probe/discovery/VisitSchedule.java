package dev.orchestrator.probe.discovery;

import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When which server is due. A server is due one poll interval after its last visit began, or when
 * it was hurried; never while a visit of it runs, so that a hanging one does not pile up.
 * Thread-safe; the time is given by the caller, in nanoseconds of one monotonic clock.
 */
final class VisitSchedule {
  /** Hurried visits of one server keep this distance. */
  static final Duration HURRY_DISTANCE = Duration.ofMillis(200);

  private long pollNanos;
  private final int capacity;
  private final Map<InstanceKey, Entry> entries = new HashMap<>();

  VisitSchedule(Duration pollInterval, int capacity) {
    this.pollNanos = pollInterval.toNanos();
    this.capacity = capacity;
  }

  /** From now on, also for servers visited already. */
  synchronized void poll(Duration interval) {
    pollNanos = interval.toNanos();
  }

  /** Visits this server from now on, first at once; false when there are too many. */
  synchronized boolean add(InstanceKey key) {
    if (!entries.containsKey(key) && entries.size() >= capacity) {
      return false;
    }
    entries.computeIfAbsent(key, _ -> new Entry());
    return true;
  }

  /** As {@link #add}, and due at once even if visited lately. */
  synchronized boolean hurry(InstanceKey key) {
    if (!add(key)) {
      return false;
    }
    entries.computeIfPresent(key, (_, entry) -> entry.hurried());
    return true;
  }

  synchronized void remove(InstanceKey key) {
    entries.remove(key);
  }

  synchronized boolean contains(InstanceKey key) {
    return entries.containsKey(key);
  }

  /** Takes what is due now; each counts as running until {@link #ended}. */
  synchronized List<InstanceKey> takeDue(long nowNanos) {
    List<InstanceKey> due = new ArrayList<>();
    entries.forEach(
        (key, entry) -> {
          if (entry.nanosUntilDue(nowNanos, pollNanos) <= 0) {
            due.add(key);
          }
        });
    due.forEach(key -> entries.put(key, new Entry(true, false, true, nowNanos)));
    return due;
  }

  synchronized void ended(InstanceKey key) {
    entries.computeIfPresent(key, (_, entry) -> entry.ended());
  }

  /** Time until something is due, at most the given bound. */
  synchronized long nanosUntilDue(long nowNanos, long atMostNanos) {
    long least = atMostNanos;
    for (Entry entry : entries.values()) {
      least = Math.min(least, entry.nanosUntilDue(nowNanos, pollNanos));
    }
    return Math.max(0, least);
  }

  private record Entry(boolean running, boolean hurry, boolean begun, long beganNanos) {
    Entry() {
      this(false, false, false, 0);
    }

    Entry hurried() {
      return new Entry(running, true, begun, beganNanos);
    }

    Entry ended() {
      return new Entry(false, hurry, begun, beganNanos);
    }

    long nanosUntilDue(long nowNanos, long pollNanos) {
      if (running) {
        return Long.MAX_VALUE;
      }
      if (!begun) {
        return 0;
      }
      long distance = hurry ? Math.min(pollNanos, HURRY_DISTANCE.toNanos()) : pollNanos;
      return distance - (nowNanos - beganNanos);
    }
  }
}
