package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.lab.DemoFolder;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.NodeNetwork.Direction;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The program behind {@code scripts/recovery-calm}: disturbances that are no death of a primary.
 */
public final class CalmCases {
  private static final Duration REACTION = Duration.ofSeconds(5);
  private static final Duration LASTS = Duration.ofSeconds(7);
  private static final Duration PULSE = Duration.ofMillis(250);
  private static final int MOST_CONNECTIONS = 200;
  private static final int PULSES = 6;

  private final ChaosWorld world;
  private final Console console;
  private final Duration reaction;

  CalmCases(ChaosWorld world, Console console, Duration reaction) {
    this.world = world;
    this.console = console;
    this.reaction = reaction;
  }

  /** A disturbance. */
  enum Case {
    /** What the leader sends to the primary is dropped. */
    LEADER_TO_PRIMARY_CUT,
    /** What the primary sends to the leader is dropped. */
    PRIMARY_TO_LEADER_CUT,
    /** Both. */
    LEADER_AND_PRIMARY_CUT,
    /** The leader is cut off from everybody; another one leads meanwhile. */
    LEADER_ALONE,
    /** No node reaches the primary, but its replicas do. */
    ALL_NODES_AND_PRIMARY_CUT,
    /** The primary takes no more connections. */
    CONNECTIONS_FULL,
    /** The primary stalls again and again, each time for less than the reaction time. */
    SLOW_REPLIES,
    /** A replica is frozen. */
    REPLICA_FROZEN,
    /** The primary's mysqld is killed and back within the reaction time. */
    RESTARTED
  }

  /** Runs in the checkout that the system property {@code demo.root} names. */
  public static void main(String[] arguments) {
    var console = new Console(System.out);
    int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
    Path root = Path.of(System.getProperty("demo.root", ".")).toAbsolutePath().normalize();
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(root.resolve("jepsen-tests/target/chaos"));
        ChaosWorld world = ChaosWorld.start(root, folder, REACTION, RecoveryChaos.WRITE_PAUSE)) {
      var calm = new CalmCases(world, console, REACTION);
      List<Case> cases = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        cases.add(Case.values()[i % Case.values().length]);
      }
      good = calm.run(cases);
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
      good = false;
    }
    System.exit(good ? 0 : 1);
  }

  /** Runs the cases one after the other; says whether nobody acted on any of them. */
  boolean run(List<Case> cases) {
    int bad = 0;
    int unjudged = 0;
    for (Case disturbance : cases) {
      Optional<String> wrong;
      try {
        wrong = run(disturbance);
        unjudged += wrong.filter(String::isEmpty).isPresent() ? 1 : 0;
      } catch (LabException e) {
        wrong = Optional.of(String.valueOf(e.getMessage()));
      }
      boolean failed = wrong.filter(text -> !text.isEmpty()).isPresent();
      bad += failed ? 1 : 0;
      console.line(
          (failed ? "WRONG " : "calm  ") + disturbance + wrong.map(text -> ": " + text).orElse(""));
      world.restore();
    }
    console.line(
        "%d cases, %d false failovers or failures, %d too slow to judge"
            .formatted(cases.size(), bad, unjudged));
    return bad == 0 && !cases.isEmpty();
  }

  /** Empty if nobody acted; an empty text if the case took too long to say. */
  private Optional<String> run(Case disturbance) {
    OrchestratorNode leader = world.nodes().awaitLeader();
    MySqlMember primary = world.awaitPrimary();
    Set<String> before = uids();
    long start = System.nanoTime();
    disturb(disturbance, leader, primary);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Set<String> begun = uids();
    begun.removeAll(before);
    if (!begun.isEmpty() && disturbance == Case.RESTARTED && took.compareTo(reaction) > 0) {
      return Optional.of("");
    }
    if (!begun.isEmpty()) {
      return Optional.of("a recovery began: " + begun);
    }
    return world.awaitPrimary().equals(primary)
        ? Optional.empty()
        : Optional.of("the primary is another one");
  }

  private void disturb(Case disturbance, OrchestratorNode leader, MySqlMember primary) {
    switch (disturbance) {
      case LEADER_TO_PRIMARY_CUT -> cut(List.of(leader), primary, Direction.OUT);
      case PRIMARY_TO_LEADER_CUT -> cut(List.of(leader), primary, Direction.IN);
      case LEADER_AND_PRIMARY_CUT -> cut(List.of(leader), primary, Direction.BOTH);
      case ALL_NODES_AND_PRIMARY_CUT -> cut(world.nodes().nodes(), primary, Direction.BOTH);
      case LEADER_ALONE -> {
        world.network().cut(leader.host(), Direction.BOTH);
        pass(LASTS);
        world.network().heal(leader.host());
      }
      case CONNECTIONS_FULL -> fill(primary);
      case SLOW_REPLIES -> {
        for (int i = 0; i < PULSES; i++) {
          primary.process().signal("STOP");
          pass(PULSE);
          primary.process().signal("CONT");
          pass(PULSE);
        }
      }
      case REPLICA_FROZEN -> {
        MySqlMember replica =
            world.fleet().members().stream()
                .filter(member -> !member.equals(primary))
                .findFirst()
                .orElseThrow();
        replica.process().signal("STOP");
        pass(LASTS);
        replica.process().signal("CONT");
      }
      case RESTARTED -> world.restartPrimary(primary);
    }
  }

  private void cut(List<OrchestratorNode> nodes, MySqlMember server, Direction direction) {
    nodes.forEach(node -> world.network().cut(node.host(), server.host(), direction));
    pass(LASTS);
    nodes.forEach(node -> world.network().heal(node.host()));
  }

  /** Takes all connections that ordinary accounts can have, and holds them. */
  private static void fill(MySqlMember server) {
    List<Connection> held = new ArrayList<>();
    try {
      for (int i = 0; i < MOST_CONNECTIONS; i++) {
        held.add(server.connectAsApplication(Duration.ofSeconds(5)));
      }
    } catch (SQLException full) {
      pass(LASTS);
    } finally {
      held.forEach(CalmCases::close);
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new LabException("cannot close a session", e);
    }
  }

  /** Lets time pass: the disturbance is what is waited for. */
  private static void pass(Duration time) {
    Waiting.poll(time, time, Optional::<Boolean>empty);
  }

  private Set<String> uids() {
    Set<String> uids = new HashSet<>();
    for (OrchestratorNode node : world.nodes().nodes()) {
      Records.recoveries(node).orElse(List.of()).forEach(entry -> uids.add(entry.uid()));
    }
    return uids;
  }
}
