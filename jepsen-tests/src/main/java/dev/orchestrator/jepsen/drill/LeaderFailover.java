package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.drill.Watch.Sighting;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.NodeApi;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;

/**
 * Kills the node that leads, and measures until another one leads and until a write is accepted;
 * then brings the killed one back.
 */
final class LeaderFailover {
  private static final Duration PAUSE = Duration.ofMillis(5);
  private static final Duration CALL_LIMIT = Duration.ofSeconds(2);

  private final World world;
  private final Duration patience;
  private final Console console;

  LeaderFailover(World world, Duration patience, Console console) {
    this.world = world;
    this.patience = patience;
    this.console = console;
  }

  Timeline run(Verdict verdict) {
    OrchestratorNode killed = world.nodes().awaitLeader();
    List<OrchestratorNode> survivors = world.nodes().othersThan(killed);
    MySqlMember target = world.fleet().replicas().getLast();
    console.title("Raft leader " + killed + " gets SIGKILL");
    Timeline timeline;
    try (var watch = new Watch(patience)) {
      long start = System.nanoTime();
      killed.process().kill9();
      timeline = new Timeline(start);
      Future<Optional<Sighting<OrchestratorNode>>> leader =
          watch.watch(PAUSE, () -> leaderAmong(survivors));
      Future<Optional<Sighting<OrchestratorNode>>> command =
          watch.watch(PAUSE, () -> acceptedBy(survivors, beginDowntime(target)));
      watch
          .result(leader)
          .ifPresent(
              seen -> timeline.mark(Milestone.NEW_LEADER, seen.nanos(), seen.value().toString()));
      watch
          .result(command)
          .ifPresent(
              seen ->
                  timeline.mark(
                      Milestone.COMMAND_ACCEPTED,
                      seen.nanos(),
                      "begin-downtime of " + target + " through " + seen.value()));
    }
    timeline.print(console, "SIGKILL to " + killed);
    verdict.check(
        timeline.after(Milestone.NEW_LEADER).isPresent(),
        "another node leads",
        timeline.after(Milestone.NEW_LEADER).map(Console::seconds).orElse("none").trim());
    verdict.check(
        timeline.after(Milestone.COMMAND_ACCEPTED).isPresent(),
        "a command is accepted without the killed node",
        timeline.after(Milestone.COMMAND_ACCEPTED).map(Console::seconds).orElse("no").trim());
    bringBack(killed, target);
    return timeline;
  }

  static Optional<OrchestratorNode> leaderAmong(List<OrchestratorNode> nodes) {
    return nodes.stream().filter(OrchestratorNode::isLeader).findFirst();
  }

  private static Optional<OrchestratorNode> acceptedBy(List<OrchestratorNode> nodes, String path) {
    return nodes.stream()
        .filter(node -> node.api().get(path, CALL_LIMIT).filter(NodeApi.Reply::isOk).isPresent())
        .findFirst();
  }

  private static String beginDowntime(MySqlMember target) {
    return "begin-downtime/%s/%d/drill/leader-failover/10m"
        .formatted(target.host(), MySqlMember.PORT);
  }

  private void bringBack(OrchestratorNode killed, MySqlMember target) {
    Waiting.until("the end of " + killed, patience, () -> !killed.isAlive());
    killed.launch();
    Waiting.until(killed + " is back in the group", patience, killed::isHealthy);
    String endDowntime = "end-downtime/%s/%d".formatted(target.host(), MySqlMember.PORT);
    Waiting.until(
        "the downtime of " + target + " has ended",
        patience,
        () -> acceptedBy(world.nodes().nodes(), endDowntime).isPresent());
    world.awaitAllSeen();
    console.line("           %s restarted, back in the group and up to date".formatted(killed));
  }
}
