package dev.orchestrator.jepsen.chaos;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Which rounds to run. Immutable.
 *
 * @param only part of a boundary's text; empty for all
 * @param every every how many boundaries one is taken
 * @param repeat rounds for each
 */
record ChaosOptions(List<Flow> flows, List<Fault> faults, String only, int every, int repeat) {
  ChaosOptions {
    flows = List.copyOf(flows);
    faults = List.copyOf(faults);
  }

  /** Which boundaries are wanted. */
  Predicate<Boundary> wanted() {
    return boundary -> boundary.text().contains(only);
  }

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException if they make no sense; the message says why
   */
  static ChaosOptions parse(List<String> arguments) {
    List<Flow> flows = List.of(Flow.values());
    List<Fault> faults = List.of(Fault.values());
    String only = "";
    int every = 1;
    int repeat = 3;
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
        default -> throw new IllegalArgumentException("unknown option " + arguments.get(i));
      }
    }
    return new ChaosOptions(flows, faults, only, every, repeat);
  }

  private static int number(String text) {
    if (!text.matches("[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException(text + " is no number from 1 to 999");
    }
    return Integer.parseInt(text);
  }
}
