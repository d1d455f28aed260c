package dev.orchestrator.jepsen.drill;

import java.util.List;

/**
 * What the command line asks for. Immutable.
 *
 * @param drill whether to break things by itself instead of staying up
 * @param rounds how often, each time with everything fresh; at least 1
 * @param help whether to explain and do nothing
 */
record Options(boolean drill, int rounds, boolean help) {
  static final String USAGE =
      """
      Usage:
        ./demo                     starts everything and stays up until Ctrl-C
        ./demo --drill [--rounds N]
                                   kills the Raft leader, then the primary, and shows how long each step took;
                                   N rounds, each with everything fresh, end with median, minimum and maximum
        ./demo --help              this text

      Starts real MySQL 8.0 servers (one primary, three replicas, GTID, semi-sync) on 127.0.60.1 to .4, port 3306,
      and three orchestrator nodes on 127.0.0.11 to .13, HTTP on port 3000, Raft on port 10008.
      Everything lives below .demo/ of this checkout and is taken down at the end; the leftovers of a demo that
      was killed are cleared away by the next one. After a failure .demo/ keeps data and logs.

      Exit code of a drill: 0 if in each round one primary is writable, the surviving replicas replicate from it,
      all nodes agree on the record of the recovery, and no acknowledged write is lost; else 1. 2: wrong usage.
      """;

  private static final int MAX_ROUNDS = 1000;

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException if they make no sense; the message says why
   */
  static Options parse(List<String> arguments) {
    boolean drill = false;
    boolean help = false;
    int rounds = 1;
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      switch (argument) {
        case "--help", "-h" -> help = true;
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
    return new Options(drill, rounds, help);
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
