package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.drill.RecoveryRecords.Recovery;
import dev.orchestrator.jepsen.drill.Watch.Sighting;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;

/** Kills the primary under load and measures each step until the application writes again. */
final class PrimaryFailover {
  private static final Duration SERVER_PAUSE = Duration.ofMillis(3);
  private static final Duration API_PAUSE = Duration.ofMillis(10);
  private static final Duration QUERY_LIMIT = Duration.ofSeconds(5);

  private final World world;
  private final LedgerWriter writer;
  private final Duration patience;
  private final Console console;

  PrimaryFailover(World world, LedgerWriter writer, Duration patience, Console console) {
    this.world = world;
    this.patience = patience;
    this.writer = writer;
    this.console = console;
  }

  Timeline run() {
    MySqlMember killed = world.fleet().primary();
    List<MySqlMember> replicas = world.fleet().replicas();
    OrchestratorNode leader = world.nodes().awaitLeader();
    console.title("Primary " + killed + " gets SIGKILL");
    Map<MySqlMember, Connection> sessions = open(replicas);
    try (var watch = new Watch(patience)) {
      long start = System.nanoTime();
      killed.kill9();
      var timeline = new Timeline(start);
      Future<Optional<Sighting<String>>> detected =
          watch.watch(API_PAUSE, () -> RecoveryRecords.detection(leader, killed));
      Future<Optional<Sighting<Recovery>>> decided =
          watch.watch(API_PAUSE, () -> RecoveryRecords.recovery(leader, killed));
      Future<Optional<Sighting<Recovery>>> ended =
          watch.watch(
              API_PAUSE, () -> RecoveryRecords.recovery(leader, killed).filter(Recovery::hasEnded));
      Future<Optional<Sighting<Ledger.Acknowledgement>>> written =
          watch.watch(SERVER_PAUSE, () -> writer.ledger().firstNotBy(killed.host()));
      Future<Optional<Sighting<MySqlMember>>> writable =
          watch.watch(SERVER_PAUSE, () -> firstWritable(sessions));

      Optional<Sighting<MySqlMember>> promoted = watch.result(writable);
      promoted.ifPresent(seen -> markPromotion(watch, timeline, seen, replicas));
      watch
          .result(written)
          .ifPresent(
              seen ->
                  timeline.mark(
                      Milestone.FIRST_WRITE,
                      seen.value().nanos(),
                      "row " + seen.value().id() + " on " + seen.value().host()));
      watch
          .result(detected)
          .ifPresent(seen -> timeline.mark(Milestone.DETECTED, seen.nanos(), seen.value()));
      watch
          .result(decided)
          .ifPresent(
              seen -> timeline.mark(Milestone.DECIDED, seen.nanos(), "uid " + seen.value().uid()));
      watch
          .result(ended)
          .ifPresent(
              seen ->
                  timeline.mark(
                      Milestone.RECOVERY_ENDED,
                      seen.nanos(),
                      "successor " + seen.value().successor()));
      timeline.print(console, "SIGKILL to " + killed);
      return timeline;
    } finally {
      sessions.values().forEach(PrimaryFailover::close);
    }
  }

  private static void markPromotion(
      Watch watch, Timeline timeline, Sighting<MySqlMember> promoted, List<MySqlMember> replicas) {
    MySqlMember primary = promoted.value();
    timeline.mark(Milestone.WRITABLE, promoted.nanos(), primary.key());
    List<MySqlMember> others =
        replicas.stream().filter(replica -> !replica.equals(primary)).toList();
    watch
        .see(
            SERVER_PAUSE,
            () ->
                others.stream().allMatch(replica -> replica.replicatesFrom(primary.host()))
                    ? Optional.of(others)
                    : Optional.<List<MySqlMember>>empty())
        .ifPresent(
            seen -> timeline.mark(Milestone.REPOINTED, seen.nanos(), seen.value().toString()));
  }

  /** Sessions opened before the kill: logging in would cost more than the answer. */
  private static Map<MySqlMember, Connection> open(List<MySqlMember> members) {
    var sessions = new HashMap<MySqlMember, Connection>();
    for (MySqlMember member : members) {
      try {
        sessions.put(member, member.connect(QUERY_LIMIT));
      } catch (SQLException e) {
        throw new LabException("cannot watch " + member, e);
      }
    }
    return sessions;
  }

  private static Optional<MySqlMember> firstWritable(Map<MySqlMember, Connection> sessions) {
    return sessions.entrySet().stream()
        .filter(session -> isWritable(session.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  private static boolean isWritable(Connection session) {
    try (Statement statement = session.createStatement();
        ResultSet flag = statement.executeQuery("SELECT @@GLOBAL.read_only")) {
      return flag.next() && flag.getInt(1) == 0;
    } catch (SQLException noAnswer) {
      return false;
    }
  }

  private static void close(Connection session) {
    try {
      session.close();
    } catch (SQLException e) {
      throw new LabException("cannot close a session", e);
    }
  }
}
