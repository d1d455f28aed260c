package dev.orchestrator.jepsen.chaos;

import java.util.List;
import java.util.Locale;

/**
 * A round that was run, as it is kept in a file. Immutable.
 *
 * @param reached whether the leader came to the boundary
 * @param seconds from the fault to the recovery's end on record
 * @param ended how the recovery ended, in a word
 * @param wrong what should not be; empty if all is well
 */
record Finished(Task task, boolean reached, double seconds, String ended, List<String> wrong) {
  private static final String BETWEEN = "\t";
  private static final String BETWEEN_WRONGS = " && ";
  private static final int FIELDS = 8;

  Finished {
    wrong = List.copyOf(wrong);
  }

  /** One line of the file. */
  String line() {
    return String.join(
        BETWEEN,
        task.flow().name(),
        task.fault().name(),
        task.boundary().text(),
        Integer.toString(task.turn()),
        Boolean.toString(reached),
        String.format(Locale.ROOT, "%.2f", seconds),
        ended,
        String.join(BETWEEN_WRONGS, wrong).replaceAll("\\s+", " "));
  }

  /**
   * Reads what {@link #line} wrote.
   *
   * @throws IllegalArgumentException if it is no such line
   */
  static Finished parse(String line) {
    String[] parts = line.split(BETWEEN, -1);
    if (parts.length != FIELDS) {
      throw new IllegalArgumentException("no round: " + line);
    }
    return new Finished(
        new Task(
            Flow.valueOf(parts[0]),
            Fault.valueOf(parts[1]),
            new Boundary(parts[2]),
            Integer.parseInt(parts[3])),
        Boolean.parseBoolean(parts[4]),
        Double.parseDouble(parts[5]),
        parts[6],
        parts[7].isEmpty() ? List.of() : List.of(parts[7].split(BETWEEN_WRONGS)));
  }
}
