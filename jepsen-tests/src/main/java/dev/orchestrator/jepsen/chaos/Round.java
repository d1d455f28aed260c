package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.chaos.Records.Entry;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.NodeApi;
import dev.orchestrator.jepsen.lab.NodeNetwork;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** One recovery, and what happens to its leader on the way. Confined to one thread. */
final class Round {
  private static final Duration ORDER_LIMIT = Duration.ofSeconds(100);
  private static final Duration CHANGE_LIMIT = Duration.ofSeconds(30);
  private static final Duration REACH_LIMIT = Duration.ofSeconds(30);

  /** What is recorded when an old primary comes back: not the recovery of a round. */
  private static final String RETURN = "OldPrimaryReturned";

  /** A node that gets SIGTERM is gone by then. */
  private static final double POLITE_SECONDS = 5;

  private final ChaosWorld world;
  private final Flow flow;
  private final Map<MySqlMember, Long> logStarts = new HashMap<>();
  private final Map<MySqlMember, Integer> faultLines = new HashMap<>();
  private Optional<Integer> politeEnd = Optional.empty();
  private double secondsToEnd;

  Round(ChaosWorld world, Flow flow) {
    this.world = world;
    this.flow = flow;
  }

  /**
   * How it went.
   *
   * @param reached whether the leader came to the boundary
   * @param seconds from the fault to the recovery's end on record
   * @param wrong what should not be; empty if all is well
   */
  record Result(boolean reached, double seconds, Entry recovery, List<String> wrong) {
    Result {
      wrong = List.copyOf(wrong);
    }
  }

  /** Runs without any fault; gives the boundaries that the leader came by. */
  List<Boundary> trace() {
    OrchestratorNode leader = world.nodes().awaitLeader();
    world.faults(leader).clear();
    Set<String> before = uids(leader);
    Thread order = begin(leader);
    awaitEnd(List.of(leader), before);
    finish(order);
    return world.faults(leader).trace();
  }

  /** Runs with the fault at the boundary, judges, and leaves the restoring to the caller. */
  Result run(Fault fault, Boundary boundary) {
    OrchestratorNode leader = world.nodes().awaitLeader();
    List<OrchestratorNode> others = world.nodes().othersThan(leader);
    world.nodes().nodes().forEach(node -> world.faults(node).clear());
    world.fleet().members().forEach(member -> logStarts.put(member, logLength(member)));
    world.faults(leader).arm(boundary);
    Set<String> before = uids(leader);
    Thread order = begin(leader);
    boolean reached =
        Waiting.poll(
                REACH_LIMIT,
                Duration.ofMillis(2),
                () ->
                    world.faults(leader).reached() ? Optional.of(true) : Optional.<Boolean>empty())
            .isPresent();
    long start = System.nanoTime();
    if (reached) {
      strike(fault, leader);
    }
    world.fleet().members().forEach(member -> faultLines.put(member, log(member).size()));
    Entry ended = awaitEnd(reached ? others : List.of(leader), before);
    double seconds = (System.nanoTime() - start) / 1e9;
    OrchestratorNode successor = reached ? leaderOf(others) : leader;
    comeBack(fault, leader);
    finish(order);
    List<String> wrong =
        new ArrayList<>(
            new Judgement(world, before)
                .judge(ended, leader.host(), successor.host(), this::log, faultLines));
    if (flow == Flow.DEAD && !votedOnByAll(ended)) {
      wrong.add("not all who were members at the start are in its evidence: " + ended.evidence());
    }
    if (politeEnd.filter(status -> status != 0 || secondsToEnd > POLITE_SECONDS).isPresent()) {
      wrong.add("SIGTERM: status %d after %.1f s".formatted(politeEnd.get(), secondsToEnd));
    }
    return new Result(reached, seconds, ended, wrong);
  }

  /** Who was asked is written down with the recovery, whoever is a member later (rule A8). */
  private boolean votedOnByAll(Entry recovery) {
    return world.nodes().nodes().stream()
        .allMatch(node -> recovery.evidence().contains(node.host()));
  }

  private void strike(Fault fault, OrchestratorNode leader) {
    long struck = System.nanoTime();
    switch (fault) {
      case KILL -> leader.process().kill9();
      case FREEZE -> {
        leader.process().signal("STOP");
        world.faults(leader).release();
      }
      case CUT -> {
        world.network().cut(leader.host(), NodeNetwork.Direction.BOTH);
        world.faults(leader).release();
      }
      case REMOVE -> {
        change("raft-remove-peer/", leader, leader);
        world.faults(leader).release();
      }
      case TERM -> {
        leader.process().signal("TERM");
        world.faults(leader).release();
        politeEnd = Optional.of(leader.process().awaitEnd(ChaosWorld.LIMIT));
        secondsToEnd = (System.nanoTime() - struck) / 1e9;
      }
    }
  }

  private void comeBack(Fault fault, OrchestratorNode leader) {
    switch (fault) {
      case KILL, TERM -> {
        Waiting.until("the end of " + leader, ChaosWorld.LIMIT, () -> !leader.isAlive());
        leader.launch();
      }
      case FREEZE -> leader.process().signal("CONT");
      case CUT -> world.network().heal(leader.host());
      case REMOVE -> {
        if (!leader.isAlive()) {
          leader.launch();
        }
        change("raft-add-peer/", leaderOf(world.nodes().othersThan(leader)), leader);
      }
    }
    Waiting.until(leader + " is back", ChaosWorld.LIMIT, leader::isHealthy);
  }

  /** Asks until the membership is changed. */
  private static void change(String path, OrchestratorNode asked, OrchestratorNode member) {
    Waiting.until(
        path + member,
        ChaosWorld.LIMIT,
        () ->
            asked
                .api()
                .get(path + member.host(), CHANGE_LIMIT)
                .filter(NodeApi.Reply::isOk)
                .isPresent());
  }

  private static OrchestratorNode leaderOf(List<OrchestratorNode> nodes) {
    return Waiting.poll(
            ChaosWorld.LIMIT,
            Duration.ofMillis(20),
            () -> nodes.stream().filter(OrchestratorNode::isLeader).findFirst())
        .orElseThrow(() -> new LabException("nobody leads"));
  }

  /** Kills the primary, or orders the takeover in a thread of its own. */
  private Thread begin(OrchestratorNode leader) {
    MySqlMember primary = world.awaitPrimary();
    if (flow == Flow.DEAD) {
      primary.kill9();
      return Thread.ofVirtual().start(() -> {});
    }
    String path =
        "graceful-master-takeover-auto/"
            + primary.host()
            + "/"
            + MySqlMember.PORT
            + "/"
            + heir(primary);
    return Thread.ofVirtual()
        .name("order")
        .start(
            () ->
                Waiting.poll(
                    REACH_LIMIT,
                    Duration.ofMillis(200),
                    () ->
                        leader
                            .api()
                            .get(path, ORDER_LIMIT)
                            .filter(reply -> reply.isOk() || !refused(reply))
                            .or(() -> leader.isAlive() ? Optional.empty() : Optional.of(NONE))));
  }

  private static final NodeApi.Reply NONE =
      new NodeApi.Reply(0, tools.jackson.databind.node.MissingNode.getInstance());

  /** Refused before anything was touched, as happens while visits are still to come. */
  private static boolean refused(NodeApi.Reply reply) {
    return reply.summary().contains("refused") || reply.summary().contains("not possible");
  }

  private String heir(MySqlMember primary) {
    List<MySqlMember> members = world.fleet().members();
    MySqlMember heir = members.get((members.indexOf(primary) + 1) % members.size());
    return heir.host() + "/" + MySqlMember.PORT;
  }

  private void finish(Thread order) {
    order.interrupt();
    try {
      order.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Set<String> uids(OrchestratorNode node) {
    Set<String> uids = new HashSet<>();
    Records.recoveries(node)
        .orElseThrow(() -> new LabException(node + " does not tell its recoveries"))
        .forEach(entry -> uids.add(entry.uid()));
    return uids;
  }

  private static Entry awaitEnd(List<OrchestratorNode> nodes, Set<String> before) {
    return Waiting.poll(
            ChaosWorld.LIMIT,
            Duration.ofMillis(100),
            () ->
                nodes.stream()
                    .flatMap(node -> Records.recoveries(node).stream())
                    .flatMap(List::stream)
                    .filter(entry -> !before.contains(entry.uid()) && !entry.ended().isEmpty())
                    .filter(entry -> !entry.analysis().equals(RETURN))
                    .findFirst())
        .orElseThrow(
            () ->
                new LabException(
                    "no recovery ended within " + ChaosWorld.LIMIT.toSeconds() + " s"));
  }

  private GeneralLog log(MySqlMember member) {
    return GeneralLog.read(
        member.folder().resolve("general.log"), logStarts.getOrDefault(member, 0L));
  }

  private static long logLength(MySqlMember member) {
    return member.folder().resolve("general.log").toFile().length();
  }
}
