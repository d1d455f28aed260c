package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import java.time.Duration;
import java.util.Set;

/** The second act: the new primary and the Raft leader die in the same instant. */
final class PrimaryAndLeader extends FurtherAct {
  PrimaryAndLeader(World world, LedgerWriter writer, Duration patience, Console console) {
    super(world, writer, patience, console);
  }

  @Override
  String title(MySqlMember primary, OrchestratorNode leader) {
    return "The new primary " + primary + " and Raft leader " + leader + " get SIGKILL at once";
  }

  @Override
  void strike(Verdict verdict, MySqlMember primary, OrchestratorNode leader, Set<String> earlier) {
    leader.process().kill9();
    primary.kill9();
  }

  @Override
  void bringBack(OrchestratorNode leader) {
    awaitDeath(leader);
    leader.launch();
  }
}
