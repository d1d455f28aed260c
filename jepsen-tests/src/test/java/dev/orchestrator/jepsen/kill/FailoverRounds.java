package dev.orchestrator.jepsen.kill;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Takes the leader away, by SIGKILL or SIGTERM, at default timings, and measures until another
 * member has committed and applied an entry.
 */
final class FailoverRounds {
  private FailoverRounds() {}

  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    Path folder = Files.createTempDirectory("raft-failover");
    List<Double> killed = measure(rounds, true, folder.resolve("kill"), System.out);
    List<Double> terminated = measure(rounds, false, folder.resolve("term"), System.out);
    System.out.println(summary("SIGKILL", killed));
    System.out.println(summary("SIGTERM", terminated));
    System.exit(0);
  }

  /** Milliseconds of each round, sorted. */
  static List<Double> measure(int rounds, boolean kill, Path folder, PrintStream out)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    List<Double> millis = new ArrayList<>();
    try (KillGroup group = new KillGroup(folder)) {
      for (int i = 0; i < KillGroup.MEMBERS; i++) {
        group.awaitStarted(i);
      }
      int number = 1;
      for (int round = 1; round <= rounds; round++) {
        number = group.commit(number);
        awaitAllApplied(group);
        int leader = group.awaitLeader(List.of(0, 1, 2));
        List<Integer> others = IntStream.range(0, 3).filter(i -> i != leader).boxed().toList();
        long startedAt = System.nanoTime();
        if (kill) {
          group.member(leader).kill9();
        } else {
          group.member(leader).terminate();
        }
        int successor = group.awaitLeader(others);
        double leads = (System.nanoTime() - startedAt) / 1e6;
        int before = group.acknowledgedCount();
        group.member(successor).order("propose " + number++);
        if (!group.awaitAcknowledged(before + 1, 30_000)) {
          throw new IllegalStateException(successor + 1 + " leads and does not commit");
        }
        double took = (System.nanoTime() - startedAt) / 1e6;
        millis.add(took);
        out.printf(
            Locale.ROOT,
            "%s round %d: leader after %.0f ms, first commit after %.0f ms%n",
            kill ? "SIGKILL" : "SIGTERM",
            round,
            leads,
            took);
        group.restart(leader);
        group.awaitStarted(leader);
      }
    }
    return millis.stream().sorted().toList();
  }

  private static void awaitAllApplied(KillGroup group) {
    KillGroup.await(
        () -> {
          try {
            long first = group.member(0).status().index();
            return first == group.member(1).status().index()
                && first == group.member(2).status().index();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  static String summary(String signal, List<Double> sorted) {
    return String.format(
        Locale.ROOT,
        "%s of the leader to the next one's first commit, %d rounds: median %.0f ms, worst %.0f ms",
        signal,
        sorted.size(),
        sorted.get(sorted.size() / 2),
        sorted.getLast());
  }
}
