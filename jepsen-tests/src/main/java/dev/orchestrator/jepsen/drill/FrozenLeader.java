package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.drill.RecoveryRecords.Recovery;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The third act: the leader is frozen in the middle of a recovery, and goes on where it was when
 * another one has ended it.
 */
final class FrozenLeader extends FurtherAct {
  FrozenLeader(World world, LedgerWriter writer, Duration patience, Console console) {
    super(world, writer, patience, console);
  }

  @Override
  String title(MySqlMember primary, OrchestratorNode leader) {
    return "Primary "
        + primary
        + " gets SIGKILL; Raft leader "
        + leader
        + " is frozen in the middle of the recovery";
  }

  @Override
  void strike(Verdict verdict, MySqlMember primary, OrchestratorNode leader, Set<String> earlier) {
    primary.kill9();
    Optional<Recovery> begun = see(() -> newest(leader, primary, earlier));
    leader.process().signal("STOP");
    boolean over =
        othersThan(leader).stream()
            .flatMap(node -> newest(node, primary, earlier).stream())
            .anyMatch(Recovery::hasEnded);
    verdict.check(
        begun.isPresent() && !over,
        "the leader was frozen while it worked on the recovery",
        begun.map(Recovery::uid).orElse("no recovery began"));
  }

  private static Optional<Recovery> newest(
      OrchestratorNode node, MySqlMember primary, Set<String> earlier) {
    return RecoveryRecords.ownRecoveries(node, primary).stream()
        .filter(recovery -> !earlier.contains(recovery.uid()))
        .findFirst();
  }

  @Override
  void bringBack(OrchestratorNode leader) {
    leader.process().signal("CONT");
  }
}
