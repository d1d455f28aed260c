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
import java.util.stream.Collectors;

/**
 * The program behind {@code scripts/recovery-calm}: disturbances that are no death of a primary,
 * and deaths among them.
 */
public final class CalmCases {
  private static final Duration REACTION = Duration.ofSeconds(3);
  private static final Duration LONGER_THAN_REACTION = Duration.ofSeconds(2);
  private static final Duration PULSE = Duration.ofMillis(250);
  private static final Duration ACT_LIMIT = Duration.ofSeconds(45);
  private static final int MOST_CONNECTIONS = 200;
  private static final int PULSES = 6;

  private final ChaosWorld world;
  private final CalmBook book;
  private final Duration reaction;
  private final Duration lasts;

  CalmCases(ChaosWorld world, CalmBook book, Duration reaction) {
    this.world = world;
    this.book = book;
    this.reaction = reaction;
    this.lasts = reaction.plus(LONGER_THAN_REACTION);
  }

  /** What happens to the fleet. */
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
    RESTARTED,
    /** The primary's mysqld is killed and stays away: a recovery must promote another one. */
    KILLED,
    /** The primary's mysqld stands still: a recovery must promote another one. */
    FROZEN;

    /** Whether a recovery is wanted. */
    boolean isDeath() {
      return this == KILLED || this == FROZEN;
    }
  }

  /** Runs in the checkout that the system property {@code demo.root} names. */
  public static void main(String[] arguments) {
    var console = new Console(System.out);
    CalmOptions options;
    try {
      options = CalmOptions.parse(List.of(arguments));
    } catch (IllegalArgumentException e) {
      console.line("recovery-calm: " + e.getMessage() + "; try --help");
      System.exit(2);
      return;
    }
    Path root = Path.of(System.getProperty("demo.root", ".")).toAbsolutePath().normalize();
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(root.resolve("jepsen-tests/target/calm"))) {
      var book =
          new CalmBook(
              options.resume().orElse(folder.path().resolve("cases")).resolve("cases.tsv"),
              options.cases(),
              console);
      options.limit().ifPresent(book::endAfter);
      good =
          options
              .lanes()
              .run(
                  root,
                  folder.path(),
                  lane -> new ChaosWorld.Settings(lane, REACTION, RecoveryChaos.WRITE_PAUSE, 1),
                  (world, lane) -> new CalmCases(world, book, REACTION).run(),
                  console);
      good &= book.summary();
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
      good = false;
    }
    System.exit(good ? 0 : 1);
  }

  /** Runs cases until the book has none left. */
  void run() {
    for (var next = book.next(); next.isPresent(); next = book.next()) {
      Case disturbance = next.get().disturbance();
      CalmBook.Verdict verdict;
      try {
        verdict = disturbance.isDeath() ? runDeath(disturbance) : runCalm(disturbance);
      } catch (LabException e) {
        verdict = CalmBook.Verdict.wrong(String.valueOf(e.getMessage()));
      }
      book.finish(next.get(), verdict);
      world.restore();
    }
  }

  private CalmBook.Verdict runCalm(Case disturbance) {
    OrchestratorNode leader = world.nodes().awaitLeader();
    MySqlMember primary = world.awaitPrimary();
    Set<String> before = uids();
    long start = System.nanoTime();
    disturb(disturbance, leader, primary);
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    Set<String> begun = uids();
    begun.removeAll(before);
    if (disturbance == Case.ALL_NODES_AND_PRIMARY_CUT) {
      begun.removeAll(asking()); // what the replicas answer is what prevents a failover
    }
    if (!begun.isEmpty() && disturbance == Case.RESTARTED && took.compareTo(reaction) > 0) {
      return CalmBook.Verdict.UNJUDGED;
    }
    if (!begun.isEmpty()) {
      return CalmBook.Verdict.wrong("a recovery began: " + begun);
    }
    return world.awaitPrimary().equals(primary)
        ? CalmBook.Verdict.good(took)
        : CalmBook.Verdict.wrong("the primary is another one");
  }

  /** The primary dies: another server must become writable, and a recovery say so. */
  private CalmBook.Verdict runDeath(Case death) {
    MySqlMember primary = world.awaitPrimary();
    Set<String> before = uids();
    long start = System.nanoTime();
    if (death == Case.KILLED) {
      primary.kill9();
    } else {
      primary.process().signal("STOP");
    }
    boolean acted =
        Waiting.poll(
                ACT_LIMIT,
                PULSE,
                () -> promoted(before) ? Optional.of(true) : Optional.<Boolean>empty())
            .isPresent();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (death == Case.FROZEN && acted) {
      primary.kill9(); // it is dead for good now, as a person would see to
      Waiting.until("the end of " + primary, ChaosWorld.LIMIT, () -> !primary.isAlive());
    } else if (death == Case.FROZEN) {
      primary.process().signal("CONT");
    }
    if (!acted && death == Case.KILLED) {
      world.restartPrimary(primary);
    }
    return acted ? CalmBook.Verdict.good(took) : CalmBook.Verdict.wrong("nobody was promoted");
  }

  private boolean promoted(Set<String> before) {
    return world.nodes().nodes().stream()
        .flatMap(node -> Records.recoveries(node).stream())
        .flatMap(List::stream)
        .anyMatch(entry -> !before.contains(entry.uid()) && entry.promoted());
  }

  private void disturb(Case disturbance, OrchestratorNode leader, MySqlMember primary) {
    switch (disturbance) {
      case LEADER_TO_PRIMARY_CUT -> cut(List.of(leader), primary, Direction.OUT);
      case PRIMARY_TO_LEADER_CUT -> cut(List.of(leader), primary, Direction.IN);
      case LEADER_AND_PRIMARY_CUT -> cut(List.of(leader), primary, Direction.BOTH);
      case ALL_NODES_AND_PRIMARY_CUT -> cut(world.nodes().nodes(), primary, Direction.BOTH);
      case LEADER_ALONE -> {
        world.network().cut(leader.host(), Direction.BOTH);
        pass(lasts);
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
        pass(lasts);
        replica.process().signal("CONT");
      }
      case RESTARTED -> world.restartPrimary(primary);
      case KILLED, FROZEN -> throw new LabException(disturbance + " is no disturbance");
    }
  }

  private void cut(List<OrchestratorNode> nodes, MySqlMember server, Direction direction) {
    nodes.forEach(node -> world.network().cut(node.host(), server.host(), direction));
    pass(lasts);
    nodes.forEach(node -> world.network().heal(node.host()));
  }

  /** Takes all connections that ordinary accounts can have, and holds them. */
  private void fill(MySqlMember server) {
    List<Connection> held = new ArrayList<>();
    try {
      for (int i = 0; i < MOST_CONNECTIONS; i++) {
        held.add(server.connectAsApplication(Duration.ofSeconds(5)));
      }
    } catch (SQLException full) {
      pass(lasts);
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

  /** Recoveries that changed nothing but replicas' connections to the primary. */
  private Set<String> asking() {
    return world.nodes().nodes().stream()
        .flatMap(node -> Records.recoveries(node).stream())
        .flatMap(List::stream)
        .filter(Records.Entry::asksReplicas)
        .map(Records.Entry::uid)
        .collect(Collectors.toSet());
  }

  private Set<String> uids() {
    Set<String> uids = new HashSet<>();
    for (OrchestratorNode node : world.nodes().nodes()) {
      Records.recoveries(node).orElse(List.of()).forEach(entry -> uids.add(entry.uid()));
    }
    return uids;
  }
}
