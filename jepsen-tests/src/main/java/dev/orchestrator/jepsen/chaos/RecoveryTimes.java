package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.drill.Ledger;
import dev.orchestrator.jepsen.lab.DemoFolder;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The program behind {@code scripts/recovery-times}; its {@code --help} says what it does. */
public final class RecoveryTimes {
  private static final Duration CALL = Duration.ofSeconds(60);
  private static final Duration DEFAULT_REACTION = Duration.ofMillis(1500);
  private static final Duration WRITE_PAUSE = Duration.ofMillis(1);
  private static final int MORE_WRITES = 50;

  private final ChaosWorld world;
  private final Console console;

  private RecoveryTimes(ChaosWorld world, Console console) {
    this.world = world;
    this.console = console;
  }

  /** What is measured. */
  enum Kind {
    /** From SIGKILL of the primary to the first write that another server acknowledges. */
    KILL,
    /** The longest time between two acknowledged writes around a planned takeover. */
    TAKEOVER,
    /** From SIGSTOP of the primary to another writable server. */
    FROZEN,
    /** As TAKEOVER, with a transaction on the primary that runs for 30 seconds. */
    LONG_TRANSACTION,
    /** As TAKEOVER, with a backup lock on the primary. */
    BACKUP_LOCK
  }

  /** Arguments: rounds, kind, reaction time in milliseconds. */
  public static void main(String[] arguments) {
    var console = new Console(System.out);
    int rounds = Integer.parseInt(arguments[0]);
    Kind kind = Kind.valueOf(arguments[1].toUpperCase(Locale.ROOT).replace('-', '_'));
    Duration reaction =
        arguments.length > 2 ? Duration.ofMillis(Long.parseLong(arguments[2])) : DEFAULT_REACTION;
    Path root = Path.of(System.getProperty("demo.root", ".")).toAbsolutePath().normalize();
    boolean good = false;
    try (DemoFolder folder = DemoFolder.claim(root.resolve("jepsen-tests/target/chaos"));
        ChaosWorld world = ChaosWorld.start(root, folder, reaction, WRITE_PAUSE)) {
      good = new RecoveryTimes(world, console).run(kind, rounds, reaction);
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run(Kind kind, int rounds, Duration reaction) {
    List<Double> times = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      Optional<Double> seconds = round(kind);
      seconds.ifPresent(times::add);
      console.line(
          String.format(
              Locale.ROOT,
              "%s round %d: %s",
              kind,
              round,
              seconds.map(s -> String.format(Locale.ROOT, "%.3f s", s)).orElse("nothing seen")));
      world.restore();
    }
    if (times.isEmpty()) {
      return false;
    }
    times.sort(null);
    int middle = times.size() / 2;
    double median =
        times.size() % 2 == 1 ? times.get(middle) : (times.get(middle - 1) + times.get(middle)) / 2;
    console.line(
        String.format(
            Locale.ROOT,
            "%s: median %.3f s, worst %.3f s of %d (reaction time %d ms, InstancePollSeconds 5)",
            kind,
            median,
            times.getLast(),
            times.size(),
            reaction.toMillis()));
    return times.size() == rounds;
  }

  private Optional<Double> round(Kind kind) {
    MySqlMember primary = world.awaitPrimary();
    awaitWrites();
    int from = world.writer().ledger().count();
    long start = System.nanoTime();
    return switch (kind) {
      case KILL -> {
        primary.kill9();
        yield firstWriteElsewhere(primary, from).map(nanos -> (nanos - start) / 1e9);
      }
      case FROZEN -> {
        primary.process().signal("STOP");
        Optional<Long> seen = writableElsewhere(primary);
        primary.process().signal("CONT");
        yield seen.map(nanos -> (nanos - start) / 1e9);
      }
      case TAKEOVER -> takeOver(primary, from);
      case LONG_TRANSACTION ->
          holding(primary, "INSERT INTO ledger (id) SELECT -1 - SLEEP(30)", from);
      case BACKUP_LOCK -> holding(primary, "LOCK INSTANCE FOR BACKUP", from);
    };
  }

  /** A takeover while a session holds something on the primary. */
  private Optional<Double> holding(MySqlMember primary, String statement, int from) {
    try (Connection session = primary.connect(CALL);
        Statement sql = session.createStatement()) {
      sql.execute("USE drill");
      Thread holder = Thread.ofVirtual().name("holder").start(() -> hold(sql, statement));
      Waiting.until(
          statement,
          CALL,
          () ->
              !holder.isAlive()
                  || !primary
                      .row(
                          "SELECT 1 FROM performance_schema.processlist WHERE info LIKE '%SLEEP(30)%'")
                      .isEmpty());
      Optional<Double> pause = takeOver(primary, from);
      session.abort(Runnable::run);
      return pause;
    } catch (SQLException e) {
      throw new LabException("cannot hold " + statement, e);
    }
  }

  private void hold(Statement sql, String statement) {
    try {
      sql.execute(statement);
    } catch (SQLException ended) {
      console.line("  " + statement + " ended: " + ended.getMessage());
    }
  }

  /** The longest pause between acknowledged writes from the order until writes go on after it. */
  private Optional<Double> takeOver(MySqlMember primary, int from) {
    List<MySqlMember> members = world.fleet().members();
    MySqlMember heir = members.get((members.indexOf(primary) + 1) % members.size());
    OrchestratorNode leader = world.nodes().awaitLeader();
    String path =
        "graceful-master-takeover-auto/%s/%d/%s/%d"
            .formatted(primary.host(), MySqlMember.PORT, heir.host(), MySqlMember.PORT);
    String answer = leader.api().get(path, CALL).map(reply -> reply.summary()).orElse("no answer");
    awaitWrites();
    console.line("  " + answer);
    List<Long> times =
        world.writer().ledger().all().stream()
            .skip(Math.max(0, from - 1))
            .map(Ledger.Acknowledgement::nanos)
            .toList();
    long longest = 0;
    for (int i = 1; i < times.size(); i++) {
      longest = Math.max(longest, times.get(i) - times.get(i - 1));
    }
    return longest == 0 ? Optional.empty() : Optional.of(longest / 1e9);
  }

  private void awaitWrites() {
    int wanted = world.writer().ledger().count() + MORE_WRITES;
    Waiting.until("writes", CALL, () -> world.writer().ledger().count() >= wanted);
  }

  private Optional<Long> firstWriteElsewhere(MySqlMember primary, int from) {
    return Waiting.poll(
        CALL,
        Duration.ofMillis(3),
        () ->
            world.writer().ledger().all().stream()
                .skip(from)
                .filter(ack -> !ack.host().equals(primary.host()))
                .findFirst()
                .map(Ledger.Acknowledgement::nanos));
  }

  private Optional<Long> writableElsewhere(MySqlMember primary) {
    return Waiting.poll(
        CALL,
        Duration.ofMillis(10),
        () ->
            world.fleet().members().stream()
                .filter(member -> !member.equals(primary) && member.isWritable())
                .findFirst()
                .map(member -> System.nanoTime()));
  }
}
