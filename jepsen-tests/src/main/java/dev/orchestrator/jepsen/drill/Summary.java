package dev.orchestrator.jepsen.drill;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The times of several rounds, by milestone. Confined to one thread. */
final class Summary {
  private final Map<Milestone, List<Duration>> times = new EnumMap<>(Milestone.class);

  void add(Timeline timeline) {
    timeline
        .events()
        .forEach(
            event ->
                times
                    .computeIfAbsent(event.milestone(), none -> new ArrayList<>())
                    .add(event.after()));
  }

  /**
   * Median, minimum and maximum; of an even number of times the median is the middle two's mean.
   */
  record Spread(int count, Duration median, Duration min, Duration max) {
    static Spread of(List<Duration> times) {
      List<Duration> sorted = times.stream().sorted().toList();
      int middle = sorted.size() / 2;
      Duration median =
          sorted.size() % 2 == 1
              ? sorted.get(middle)
              : sorted.get(middle - 1).plus(sorted.get(middle)).dividedBy(2);
      return new Spread(sorted.size(), median, sorted.getFirst(), sorted.getLast());
    }
  }

  void print(Console console) {
    console.line(
        "%-28s %9s %9s %9s  rounds".formatted("seconds after the kill", "median", "min", "max"));
    times.forEach(
        (milestone, list) -> {
          Spread spread = Spread.of(list);
          console.line(
              "%-28s %s %s %s  %d"
                  .formatted(
                      milestone.label(),
                      Console.seconds(spread.median()),
                      Console.seconds(spread.min()),
                      Console.seconds(spread.max()),
                      spread.count()));
        });
  }
}
