package dev.orchestrator.jepsen.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which rounds to run. Immutable.
 *
 * @param only part of a boundary's text; empty for all
 * @param every every how many boundaries one is taken
 * @param repeat rounds for each
 * @param lanes which worlds side by side
 * @param resume where finished rounds are kept; empty if this run stands for itself
 * @param limit after this time no further round is begun
 */
record ChaosOptions(
    List<Flow> flows,
    List<Fault> faults,
    String only,
    int every,
    int repeat,
    Lanes lanes,
    Optional<Path> resume,
    Optional<Duration> limit) {
  ChaosOptions {
    flows = List.copyOf(flows);
    faults = List.copyOf(faults);
  }

  /** The rounds in their order: every boundary once with every fault, then the second time. */
  List<Task> tasks(Map<Flow, List<Boundary>> traces) {
    List<Task> tasks = new ArrayList<>();
    for (int turn = 1; turn <= repeat; turn++) {
      for (Fault fault : faults) {
        for (Flow flow : flows) {
          List<Boundary> wanted =
              traces.getOrDefault(flow, List.of()).stream()
                  .filter(boundary -> boundary.text().contains(only))
                  .toList();
          for (int i = 0; i < wanted.size(); i += every) {
            tasks.add(new Task(flow, fault, wanted.get(i), turn));
          }
        }
      }
    }
    return tasks;
  }

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException if they make no sense; the message says why
   */
  static ChaosOptions parse(List<String> arguments) {
    List<Flow> flows = List.of(Flow.values());
    List<Fault> faults = List.of(Fault.KILL, Fault.FREEZE, Fault.CUT);
    String only = "";
    int every = 1;
    int repeat = 3;
    int lanes = 1;
    int firstLane = 0;
    Optional<Path> resume = Optional.empty();
    Optional<Duration> limit = Optional.empty();
    if (arguments.size() % 2 != 0) {
      throw new IllegalArgumentException("every option wants a value");
    }
    for (int i = 0; i < arguments.size(); i += 2) {
      String value = arguments.get(i + 1);
      String name = value.toUpperCase(Locale.ROOT);
      switch (arguments.get(i)) {
        case "--flow" -> flows = List.of(Flow.valueOf(name));
        case "--fault" -> faults = List.of(Fault.valueOf(name));
        case "--only" -> only = value;
        case "--every" -> every = number(value);
        case "--repeat" -> repeat = number(value);
        case "--lanes" -> lanes = number(value);
        case "--first-lane" -> firstLane = number(value);
        case "--resume" -> resume = Optional.of(Path.of(value));
        case "--minutes" -> limit = Optional.of(Duration.ofMinutes(number(value)));
        default -> throw new IllegalArgumentException("unknown option " + arguments.get(i));
      }
    }
    return new ChaosOptions(
        flows, faults, only, every, repeat, new Lanes(firstLane, lanes), resume, limit);
  }

  private static int number(String text) {
    if (!text.matches("[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException(text + " is no number from 1 to 999");
    }
    return Integer.parseInt(text);
  }
}
