package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;

/**
 * Which cases are to run and how those went that have run, which a file keeps for a later program.
 * Thread-safe.
 */
final class CalmBook {
  private static final double TRUE_FAILURES_ACTED_ON = 0.99;

  private final Path file;
  private final Console console;
  private final Map<Integer, String> finished = new TreeMap<>();
  private final Queue<Entry> open = new ArrayDeque<>();
  private long endNanos = Long.MAX_VALUE;

  /** A case and its place in the order of all. */
  record Entry(int number, CalmCases.Case disturbance) {}

  /**
   * How a case went. Immutable.
   *
   * @param word good, WRONG or unjudged
   */
  record Verdict(String word, String text) {
    /** The case took too long to say. */
    static final Verdict UNJUDGED = new Verdict("unjudged", "too slow to judge");

    static Verdict good(Duration took) {
      return new Verdict("good", String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1e3));
    }

    static Verdict wrong(String text) {
      return new Verdict("WRONG", text.replaceAll("\\s+", " "));
    }
  }

  /** Reads what has run of these cases. */
  CalmBook(Path file, List<CalmCases.Case> cases, Console console) {
    this.file = file;
    this.console = console;
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          finished.put(Integer.parseInt(line.split("\t", -1)[0]), line);
        }
      }
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
    for (int n = 0; n < cases.size(); n++) {
      if (!finished.containsKey(n)) {
        open.add(new Entry(n, cases.get(n)));
      }
    }
  }

  /** From then on no case is begun. */
  synchronized void endAfter(Duration time) {
    endNanos = System.nanoTime() + time.toNanos();
  }

  /** The next case to run, given to one caller only. */
  synchronized Optional<Entry> next() {
    return System.nanoTime() < endNanos ? Optional.ofNullable(open.poll()) : Optional.empty();
  }

  synchronized void finish(Entry entry, Verdict verdict) {
    String line =
        String.join(
            "\t",
            Integer.toString(entry.number()),
            entry.disturbance().name(),
            verdict.word(),
            verdict.text());
    finished.put(entry.number(), line);
    try {
      Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new LabException("cannot write " + file, e);
    }
    console.line("%-9s%s: %s".formatted(verdict.word(), entry.disturbance(), verdict.text()));
  }

  /** Prints how often which case went how; says whether all went as they should. */
  synchronized boolean summary() {
    Map<String, int[]> counts = new TreeMap<>();
    int calm = 0;
    int deaths = 0;
    int falseOnes = 0;
    int missed = 0;
    int unjudged = 0;
    for (String line : finished.values()) {
      String[] parts = line.split("\t", -1);
      boolean wrong = parts[2].equals("WRONG");
      boolean death = CalmCases.Case.valueOf(parts[1]).isDeath();
      int[] count = counts.computeIfAbsent(parts[1], name -> new int[2]);
      count[0] += parts[2].equals("good") ? 1 : 0;
      count[1]++;
      calm += death ? 0 : 1;
      deaths += death ? 1 : 0;
      falseOnes += wrong && !death ? 1 : 0;
      missed += wrong && death ? 1 : 0;
      unjudged += parts[2].equals("unjudged") ? 1 : 0;
      if (wrong) {
        console.line("WRONG " + parts[1] + ": " + parts[3]);
      }
    }
    console.line("| case | good |");
    console.line("|---|---|");
    counts.forEach((name, n) -> console.line("| %s | %d of %d |".formatted(name, n[0], n[1])));
    console.line(
        "%d calm cases: %d false failovers or failures, %d too slow to judge; %d deaths: %d not acted on; %d to go"
            .formatted(calm, falseOnes, unjudged, deaths, missed, open.size()));
    return falseOnes == 0
        && !finished.isEmpty()
        && deaths - missed >= deaths * TRUE_FAILURES_ACTED_ON;
  }
}
