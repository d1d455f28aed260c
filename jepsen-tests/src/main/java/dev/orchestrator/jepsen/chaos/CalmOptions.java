package dev.orchestrator.jepsen.chaos;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Which cases to run. Immutable.
 *
 * @param calm how many are no death
 * @param deaths how many are
 * @param seed of their order
 * @param lanes which worlds side by side
 * @param resume where finished cases are kept; empty if this run stands for itself
 * @param limit after this time no further case is begun
 */
record CalmOptions(
    int calm, int deaths, long seed, Lanes lanes, Optional<Path> resume, Optional<Duration> limit) {
  /** All kinds equally often, in an order that the seed gives. */
  List<CalmCases.Case> cases() {
    List<CalmCases.Case> cases = new ArrayList<>(ofKind(false, calm));
    cases.addAll(ofKind(true, deaths));
    Collections.shuffle(cases, new Random(seed));
    return cases;
  }

  private static List<CalmCases.Case> ofKind(boolean deaths, int count) {
    List<CalmCases.Case> kinds =
        List.of(CalmCases.Case.values()).stream().filter(c -> c.isDeath() == deaths).toList();
    List<CalmCases.Case> cases = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      cases.add(kinds.get(i % kinds.size()));
    }
    return cases;
  }

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException if they make no sense; the message says why
   */
  static CalmOptions parse(List<String> arguments) {
    int calm = 100;
    int deaths = 0;
    int seed = 1;
    int lanes = 1;
    int firstLane = 0;
    Optional<Path> resume = Optional.empty();
    Optional<Duration> limit = Optional.empty();
    if (arguments.size() % 2 != 0) {
      throw new IllegalArgumentException("every option wants a value");
    }
    for (int i = 0; i < arguments.size(); i += 2) {
      String value = arguments.get(i + 1);
      switch (arguments.get(i)) {
        case "--cases" -> calm = number(value);
        case "--true" -> deaths = number(value);
        case "--seed" -> seed = number(value);
        case "--lanes" -> lanes = number(value);
        case "--first-lane" -> firstLane = number(value);
        case "--resume" -> resume = Optional.of(Path.of(value));
        case "--minutes" -> limit = Optional.of(Duration.ofMinutes(number(value)));
        default -> throw new IllegalArgumentException("unknown option " + arguments.get(i));
      }
    }
    return new CalmOptions(calm, deaths, seed, new Lanes(firstLane, lanes), resume, limit);
  }

  private static int number(String text) {
    if (!text.matches("[0-9]{1,4}")) {
      throw new IllegalArgumentException(text + " is no number from 0 to 9999");
    }
    return Integer.parseInt(text);
  }
}
