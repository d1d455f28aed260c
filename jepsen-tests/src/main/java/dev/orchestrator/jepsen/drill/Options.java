package dev.orchestrator.jepsen.drill;

import java.util.List;

/**
 * What the command line asks for. Immutable.
 *
 * @param drill whether to break things by itself instead of staying up
 * @param rounds how often, each time with everything fresh; at least 1
 */
record Options(boolean drill, int rounds) {
  private static final int MAX_ROUNDS = 1000;

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException if they make no sense; the message says why
   */
  static Options parse(List<String> arguments) {
    boolean drill = false;
    int rounds = 1;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      switch (argument) {
        case "--drill" -> drill = true;
        case "--rounds" -> {
          i++;
          rounds = rounds(i < arguments.size() ? arguments.get(i) : "");
        }
        default -> throw new IllegalArgumentException("unknown argument: " + argument);
      }
    }
    if (rounds > 1 && !drill) {
      throw new IllegalArgumentException("--rounds goes with --drill");
    }
    return new Options(drill, rounds);
  }

  private static int rounds(String text) {
    if (!text.matches("[0-9]{1,4}")) {
      throw new IllegalArgumentException("--rounds wants a number");
    }
    int rounds = Integer.parseInt(text);
    if (rounds < 1 || rounds > MAX_ROUNDS) {
      throw new IllegalArgumentException("--rounds wants 1 to " + MAX_ROUNDS);
    }
    return rounds;
  }
}
