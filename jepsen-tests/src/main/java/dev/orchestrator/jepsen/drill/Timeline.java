package dev.orchestrator.jepsen.drill;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** When what was seen after a kill, by the monotonic clock. Thread-safe. */
final class Timeline {
  private final long startNanos;
  private final List<Event> events = new CopyOnWriteArrayList<>();

  /** Something seen, as long after the start as given. */
  record Event(Milestone milestone, Duration after, String detail) {}

  /** Begins at a reading of System.nanoTime(), taken just before the kill. */
  Timeline(long startNanos) {
    this.startNanos = startNanos;
  }

  /** Records that a milestone was seen at the given reading of the clock. */
  void mark(Milestone milestone, long nanos, String detail) {
    events.add(new Event(milestone, Duration.ofNanos(nanos - startNanos), detail));
  }

  /** When a milestone was reached, if it was. */
  Optional<Duration> after(Milestone milestone) {
    return events.stream()
        .filter(event -> event.milestone() == milestone)
        .map(Event::after)
        .findFirst();
  }

  /** What was seen, in its order. */
  List<Event> events() {
    return events.stream().sorted(Comparator.comparing(Event::after)).toList();
  }

  void print(Console console, String origin) {
    console.line("%s  %s".formatted(Console.seconds(Duration.ZERO), origin));
    for (Event event : events()) {
      console.line(
          "%s  %-28s %s"
              .formatted(
                  Console.seconds(event.after()), event.milestone().label(), event.detail()));
    }
  }
}
