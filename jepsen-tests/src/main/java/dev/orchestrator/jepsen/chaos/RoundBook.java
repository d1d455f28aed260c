package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Which rounds are to run and which have run. What has run is kept in a file, so that a later
 * program goes on where an earlier one was stopped. Thread-safe.
 */
final class RoundBook {
  /** A recovery may take another way than the traced one, for example where a visit came late. */
  private static final int MAX_TRIES = 3;

  private final Path file;
  private final Console console;
  private final Map<Task, Finished> finished = new LinkedHashMap<>();
  private final Queue<Task> open = new ArrayDeque<>();
  private final Map<Task, Integer> missed = new HashMap<>();
  private long endNanos = Long.MAX_VALUE;

  /** Reads what has run. */
  RoundBook(Path file, Console console) {
    this.file = file;
    this.console = console;
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.exists(file)) {
        for (String line : Files.readAllLines(file)) {
          Finished round = Finished.parse(line);
          finished.put(round.task(), round);
        }
      }
    } catch (IOException e) {
      throw new LabException("cannot read " + file, e);
    }
  }

  /** Adds what has to run and has not run yet. */
  synchronized void plan(List<Task> tasks) {
    tasks.stream().filter(task -> !finished.containsKey(task)).forEach(open::add);
  }

  /** From then on no round is begun. */
  synchronized void endAfter(Duration time) {
    endNanos = System.nanoTime() + time.toNanos();
  }

  /** The next round to run, given to one caller only. */
  synchronized Optional<Task> next() {
    return System.nanoTime() < endNanos ? Optional.ofNullable(open.poll()) : Optional.empty();
  }

  /** How many rounds nobody has begun. */
  synchronized int openCount() {
    return open.size();
  }

  /** Notes how a round went; a good one that did not come to its boundary is run again. */
  synchronized void finish(Finished round) {
    boolean good = round.wrong().isEmpty();
    if (good && !round.reached() && missed.merge(round.task(), 1, Integer::sum) < MAX_TRIES) {
      open.add(round.task());
      console.line("again " + round.task() + ": boundary not reached");
      return;
    }
    finished.put(round.task(), round);
    try {
      Files.writeString(
          file, round.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new LabException("cannot write " + file, e);
    }
    console.line(
        String.format(
            Locale.ROOT,
            "%s %s: %s%s after %.1f s; %d to go",
            good ? "good " : "WRONG",
            round.task(),
            round.ended(),
            round.reached() ? "" : ", boundary not reached",
            round.seconds(),
            open.size()));
    round.wrong().forEach(what -> console.line("  WRONG: " + what));
  }

  /** Prints all rounds, those of earlier programs too; says whether there are any and all good. */
  synchronized boolean table() {
    console.line("| flow | fault | step | place | rounds good | recovered after, worst | ended |");
    console.line("|---|---|---|---|---|---|---|");
    Map<Task, List<Finished>> lines = new LinkedHashMap<>();
    for (Finished round : finished.values()) {
      Task task = round.task();
      lines
          .computeIfAbsent(
              new Task(task.flow(), task.fault(), task.boundary(), 0), t -> new ArrayList<>())
          .add(round);
    }
    lines.forEach(this::line);
    long bad = finished.values().stream().filter(round -> !round.wrong().isEmpty()).count();
    long missed = finished.values().stream().filter(round -> !round.reached()).count();
    console.line(
        "%d rounds, %d bad, %d did not come to their boundary, %d to go"
            .formatted(finished.size(), bad, missed, open.size()));
    return !finished.isEmpty() && bad == 0;
  }

  private void line(Task task, List<Finished> rounds) {
    long good = rounds.stream().filter(round -> round.wrong().isEmpty()).count();
    long missed = rounds.stream().filter(round -> !round.reached()).count();
    double worst = rounds.stream().mapToDouble(Finished::seconds).max().orElse(0);
    List<String> ended = rounds.stream().map(Finished::ended).distinct().toList();
    console.line(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s %s | %s | %d of %d | %.1f s | %s%s |",
            task.flow(),
            task.fault(),
            task.boundary().step(),
            task.boundary().kind(),
            task.boundary().place(),
            good,
            rounds.size(),
            worst,
            String.join(", ", ended),
            missed == 0 ? "" : ", boundary not reached: " + missed));
    rounds.forEach(round -> round.wrong().forEach(what -> console.line("  WRONG: " + what)));
  }
}
