package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.drill.RecoveryRecords.Recovery;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A part of the drill after the first one: the primary dies, and something happens to the Raft
 * leader, while the application writes. Confined to one thread.
 */
abstract class FurtherAct {
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final int MORE_WRITES = 100;

  private final World world;
  private final LedgerWriter writer;
  private final Duration patience;
  private final Console console;

  FurtherAct(World world, LedgerWriter writer, Duration patience, Console console) {
    this.world = world;
    this.writer = writer;
    this.patience = patience;
    this.console = console;
  }

  /** What is done, for the terminal. */
  abstract String title(MySqlMember primary, OrchestratorNode leader);

  /**
   * Kills the primary and does the rest to the leader.
   *
   * @param earlier uids of recoveries of this primary that are on record already
   */
  abstract void strike(
      Verdict verdict, MySqlMember primary, OrchestratorNode leader, Set<String> earlier);

  /** Makes the leader a healthy node again, when another one has ended the recovery. */
  abstract void bringBack(OrchestratorNode leader);

  /** Plays the act and adds its conditions to the verdict. */
  final void run(Verdict verdict) {
    OrchestratorNode leader = world.nodes().awaitLeader();
    List<OrchestratorNode> others = world.nodes().othersThan(leader);
    MySqlMember primary = world.awaitPrimary(patience);
    Set<String> earlier =
        RecoveryRecords.ownRecoveries(leader, primary).stream()
            .map(Recovery::uid)
            .collect(Collectors.toSet());
    awaitWrites();
    int writesBefore = writer.ledger().count();
    console.title(title(primary, leader));
    long start = System.nanoTime();
    strike(verdict, primary, leader, earlier);
    var timeline = new Timeline(start);
    see(() -> LeaderFailover.leaderAmong(others))
        .ifPresent(node -> timeline.mark(Milestone.NEW_LEADER, System.nanoTime(), node.toString()));
    see(() -> ended(others, primary, earlier))
        .ifPresent(
            recovery ->
                timeline.mark(
                    Milestone.RECOVERY_ENDED,
                    System.nanoTime(),
                    "successor " + recovery.successor()));
    timeline.print(console, "it happens");
    verdict.check(
        timeline.after(Milestone.RECOVERY_ENDED).isPresent(),
        "another leader ended the recovery",
        timeline.after(Milestone.RECOVERY_ENDED).map(Console::seconds).orElse("no").trim());
    bringBack(leader);
    Waiting.until(leader + " is back in the group", patience, leader::isHealthy);
    world.awaitPrimary(patience);
    awaitWrites();
    new FinalState(world, writer.ledger(), patience, primary, earlier, writesBefore).judge(verdict);
  }

  /** Waits for the application to have written for a while. */
  private void awaitWrites() {
    int wanted = writer.ledger().count() + MORE_WRITES;
    Waiting.until(
        MORE_WRITES + " more acknowledged writes",
        patience,
        () -> writer.ledger().count() >= wanted);
  }

  private static Optional<Recovery> ended(
      List<OrchestratorNode> nodes, MySqlMember primary, Set<String> earlier) {
    return nodes.stream()
        .flatMap(node -> RecoveryRecords.ownRecoveries(node, primary).stream())
        .filter(recovery -> !earlier.contains(recovery.uid()) && recovery.hasEnded())
        .findFirst();
  }

  /** Asks again and again; empty if there was no answer in time. */
  final <T> Optional<T> see(Supplier<Optional<T>> ask) {
    return Waiting.poll(patience, PAUSE, ask);
  }

  /** All nodes but one. */
  final List<OrchestratorNode> othersThan(OrchestratorNode node) {
    return world.nodes().othersThan(node);
  }

  /** Waits until a killed node is gone. */
  final void awaitDeath(OrchestratorNode node) {
    Waiting.until("the end of " + node, patience, () -> !node.isAlive());
  }
}
