package dev.orchestrator.jepsen.kill;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Kills members with SIGKILL at random moments under load, starts them again, and checks after each
 * round that all three are back, agree on every entry, and hold every number that was ever
 * acknowledged. Moments are counted in acknowledgements, so that a slow machine changes little.
 */
final class KillRounds {
  private static final int[] SIZES = {8, 256, 4096};
  private static final int MAX_IN_FLIGHT = 256;
  private static final int MAX_ACKNOWLEDGED_BEFORE_KILL = 2_000;

  /** Numbers that were proposed and not acknowledged are passed over. */
  private static final int GAP = 4 * MAX_IN_FLIGHT;

  /** What a round kills. */
  enum Fault {
    LEADER,
    FOLLOWER,
    LEADER_AND_FOLLOWER,
    ALL_AT_ONCE,
    AGAIN_WHILE_IT_STARTS
  }

  private final SplittableRandom random;
  private final PrintStream out;
  private final Map<Fault, Integer> counts = new TreeMap<>();
  private int next = 1;

  KillRounds(long seed, PrintStream out) {
    this.random = new SplittableRandom(seed);
    this.out = out;
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = Integer.parseInt(arguments[0]);
    long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
    Path folder = Files.createTempDirectory("raft-kill-rounds");
    System.out.println("rounds " + rounds + " seed " + seed + " in " + folder);
    try {
      new KillRounds(seed, System.out).run(rounds, folder);
    } catch (IllegalStateException e) {
      System.out.println("FAILED: " + e.getMessage());
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  /**
   * Runs this many rounds on one group.
   *
   * @return how many numbers were acknowledged
   * @throws IllegalStateException an acknowledged number is lost, members disagree, or one does not
   *     come back
   */
  int run(int rounds, Path folder) throws IOException, InterruptedException {
    try (KillGroup group = new KillGroup(folder)) {
      for (int i = 0; i < KillGroup.MEMBERS; i++) {
        group.awaitStarted(i);
      }
      for (int round = 1; round <= rounds; round++) {
        // The first rounds take each fault once.
        Fault fault =
            round <= Fault.values().length
                ? Fault.values()[round - 1]
                : Fault.values()[random.nextInt(Fault.values().length)];
        int before = group.acknowledgedCount();
        round(group, fault);
        check(group, folder);
        counts.merge(fault, 1, Integer::sum);
        out.printf(
            "round %d %s: %d acknowledged in it, %d in all, none lost%n",
            round, fault, group.acknowledgedCount() - before, group.acknowledgedCount());
      }
      out.printf(
          "%d rounds %s, %d acknowledged, 0 lost, every member came back each time%n",
          rounds, counts, group.acknowledgedCount());
      return group.acknowledgedCount();
    }
  }

  private void round(KillGroup group, Fault fault) throws IOException, InterruptedException {
    int leader = group.awaitLeader(List.of(0, 1, 2));
    next = Math.max(next, group.nextNumber()) + GAP;
    int inFlight = 1 + random.nextInt(MAX_IN_FLIGHT);
    int size = SIZES[random.nextInt(SIZES.length)];
    group.member(leader).order("load " + next + " " + inFlight + " " + size);
    int moment = group.acknowledgedCount() + random.nextInt(MAX_ACKNOWLEDGED_BEFORE_KILL);
    // If leadership moves by itself the load ends early, and the kill comes all the same.
    var _ = group.awaitAcknowledged(moment, 5_000);
    List<Integer> victims = victims(fault, leader);
    victims.forEach(victim -> group.member(victim).kill9());
    for (int victim : victims) {
      group.restart(victim);
    }
    if (fault == Fault.AGAIN_WHILE_IT_STARTS) {
      // A start takes some hundred milliseconds: opening RocksDB, reading the log, joining.
      int victim = victims.getFirst();
      var _ = group.awaitAcknowledged(Integer.MAX_VALUE, 50 + random.nextInt(700));
      group.member(victim).kill9();
      group.restart(victim);
    }
    for (int victim : victims) {
      group.awaitStarted(victim);
    }
    // Whoever was loaded: what it said before this answer is then read, so numbers are not used
    // again.
    for (int i = 0; i < KillGroup.MEMBERS; i++) {
      group.member(i).order("stop");
      group.member(i).await("stopped", 20_000);
    }
  }

  private List<Integer> victims(Fault fault, int leader) {
    int follower = (leader + 1 + random.nextInt(KillGroup.MEMBERS - 1)) % KillGroup.MEMBERS;
    return switch (fault) {
      case LEADER -> List.of(leader);
      case FOLLOWER -> List.of(follower);
      case LEADER_AND_FOLLOWER -> List.of(leader, follower);
      case ALL_AT_ONCE -> List.of(0, 1, 2);
      case AGAIN_WHILE_IT_STARTS -> List.of(random.nextInt(KillGroup.MEMBERS));
    };
  }

  private void check(KillGroup group, Path folder) throws IOException, InterruptedException {
    next = Math.max(next, group.nextNumber()) + GAP;
    next = group.commit(next);
    List<KillProcess.Status> positions = new ArrayList<>();
    KillGroup.await(
        () -> {
          positions.clear();
          try {
            for (int i = 0; i < KillGroup.MEMBERS; i++) {
              positions.add(group.member(i).status());
            }
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return positions.stream().mapToLong(KillProcess.Status::index).distinct().count() == 1;
        });
    if (positions.stream().mapToLong(KillProcess.Status::hash).distinct().count() != 1) {
      throw new IllegalStateException("members differ in what they applied: " + positions);
    }
    if (positions.stream().anyMatch(position -> position.repeated() > 0)) {
      throw new IllegalStateException("a number was applied twice: " + positions);
    }
    BitSet acknowledged;
    synchronized (group.acknowledged) {
      acknowledged = (BitSet) group.acknowledged.clone();
    }
    for (int i = 0; i < KillGroup.MEMBERS; i++) {
      Path file = folder.resolve("seen-" + (i + 1));
      group.member(i).order("seen " + file);
      group.member(i).await("seen", 20_000);
      BitSet lost = (BitSet) acknowledged.clone();
      lost.andNot(BitSet.valueOf(Files.readAllBytes(file)));
      if (!lost.isEmpty()) {
        throw new IllegalStateException(group.member(i) + " lost " + lost);
      }
    }
  }
}
