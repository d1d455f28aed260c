package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.Console;
import dev.orchestrator.jepsen.drill.Ledger;
import dev.orchestrator.jepsen.lab.DemoFolder;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The program behind {@code scripts/recovery-times}; its {@code --help} says what it does. */
public final class RecoveryTimes {
  private static final Duration CALL = Duration.ofSeconds(60);
  private static final Duration DEFAULT_REACTION = Duration.ofMillis(500);

  /** A network of its own, so that a chaos run may go on beside it. */
  private static final int LANE = 9;

  private static final int POLL_SECONDS = 5;
  private static final int PRACTICES = 3;

  /** Nodes that have just started compile what they ran so far: nobody's usual state. */
  private static final Duration SETTLED = Duration.ofSeconds(60);

  /** What a server has by default: seconds without a word until a replica gives its source up. */
  private static final int DEFAULT_NET_TIMEOUT_SECONDS = 60;

  private static final Duration WRITE_PAUSE = Duration.ofMillis(1);
  private static final int MORE_WRITES = 50;

  private static final Pattern LINE =
      Pattern.compile(
          "^(\\S+ \\S+) \\S+ +(recovery (?:step ended.*kind=\\S+ target=\\S+ state=\\S+|goes on|ended)"
              + "|hook ended|rehearsed)");

  private final ChaosWorld world;
  private final Console console;
  private final boolean timeline;

  private RecoveryTimes(ChaosWorld world, Console console, boolean timeline) {
    this.world = world;
    this.console = console;
    this.timeline = timeline;
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
    /** As TAKEOVER, with a backup lock on the primary, which the server lets writes pass. */
    BACKUP_LOCK,
    /** As TAKEOVER, with a table locked for writing, behind which the primary cannot be fenced. */
    TABLE_LOCK
  }

  /** Arguments: rounds, kind, reaction time in milliseconds, "timeline" to see each step, lane. */
  public static void main(String[] arguments) {
    var console = new Console(System.out);
    int rounds = Integer.parseInt(arguments[0]);
    Kind kind = Kind.valueOf(arguments[1].toUpperCase(Locale.ROOT).replace('-', '_'));
    Duration reaction =
        arguments.length > 2 ? Duration.ofMillis(Long.parseLong(arguments[2])) : DEFAULT_REACTION;
    Path root = Path.of(System.getProperty("demo.root", ".")).toAbsolutePath().normalize();
    boolean timeline = arguments.length > 3 && arguments[3].equals("timeline");
    int lane = arguments.length > 4 ? Integer.parseInt(arguments[4]) : LANE;
    boolean good = false;
    try (DemoFolder folder = DemoFolder.claim(root.resolve("jepsen-tests/target/times"));
        ChaosWorld world =
            ChaosWorld.start(
                root,
                folder.path(),
                new ChaosWorld.Settings(lane, reaction, WRITE_PAUSE, POLL_SECONDS, true))) {
      good = new RecoveryTimes(world, console, timeline).run(kind, rounds, reaction);
    } catch (LabException e) {
      console.line("FAILED: " + e.getMessage());
    }
    System.exit(good ? 0 : 1);
  }

  private boolean run(Kind kind, int rounds, Duration reaction) {
    List<Double> times = new ArrayList<>();
    practise();
    console.line("the nodes settle for " + SETTLED.toSeconds() + " s");
    Waiting.poll(SETTLED, SETTLED, Optional::<Boolean>empty);
    world.awaitSeen();
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
    console.line(
        kind
            + " samples: "
            + times.stream()
                .map(s -> String.format(Locale.ROOT, "%.3f", s))
                .collect(Collectors.joining(" ")));
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

  /**
   * The application meets a primary that refuses writes, as in a takeover: what is measured is the
   * recovery, not how the application's virtual machine loads its classes.
   */
  private void practise() {
    for (int i = 0; i < PRACTICES; i++) {
      awaitWrites();
      world
          .awaitPrimary()
          .execute(
              "SET GLOBAL super_read_only = ON",
              "SELECT SLEEP(0.05)",
              "SET GLOBAL super_read_only = OFF",
              "SET GLOBAL read_only = OFF");
    }
    awaitWrites();
    world.awaitSeen();
  }

  private Optional<Double> round(Kind kind) {
    MySqlMember primary = world.awaitPrimary();
    world.fleet().members().forEach(m -> m.execute("SET GLOBAL general_log = OFF"));
    if (kind == Kind.FROZEN) {
      defaultNetTimeouts(primary);
    }
    awaitWrites();
    int from = world.writer().ledger().count();
    LocalDateTime began = LocalDateTime.now(ZoneId.systemDefault());
    Optional<Double> seconds = measure(kind, primary, from);
    if (timeline) {
      showSteps(began);
    }
    return seconds;
  }

  /** A replica that hears nothing from its source notices after a minute, not after seconds. */
  private void defaultNetTimeouts(MySqlMember primary) {
    for (MySqlMember member : world.fleet().members()) {
      member.execute("SET GLOBAL replica_net_timeout = " + DEFAULT_NET_TIMEOUT_SECONDS);
      if (!member.equals(primary)) {
        member.execute(
            "STOP REPLICA",
            "CHANGE REPLICATION SOURCE TO SOURCE_HEARTBEAT_PERIOD = "
                + DEFAULT_NET_TIMEOUT_SECONDS / 2,
            "START REPLICA");
      }
    }
    Waiting.until(
        "replication with the default timeouts",
        CALL,
        () ->
            world.fleet().members().stream()
                .allMatch(m -> m.equals(primary) || m.replicatesFrom(primary.host())));
  }

  private Optional<Double> measure(Kind kind, MySqlMember primary, int from) {
    long start = System.nanoTime();
    return switch (kind) {
      case KILL -> {
        primary.kill9();
        yield firstWriteElsewhere(primary, from).map(nanos -> (nanos - start) / 1e9);
      }
      case FROZEN -> {
        primary.process().signal("STOP");
        Optional<Long> seen = writableElsewhere(primary);
        primary.kill9(); // its return is measured elsewhere
        yield seen.map(nanos -> (nanos - start) / 1e9);
      }
      case TAKEOVER -> takeOver(primary, from);
      case LONG_TRANSACTION ->
          holding(primary, from, "BEGIN", "INSERT INTO ledger (id) SELECT -1 - SLEEP(30)");
      case BACKUP_LOCK -> holding(primary, from, "LOCK INSTANCE FOR BACKUP");
      case TABLE_LOCK ->
          holding(
              primary,
              from,
              "CREATE TABLE IF NOT EXISTS held (id INT PRIMARY KEY)",
              "LOCK TABLES held WRITE");
    };
  }

  /** When the leader's steps ended, in seconds since the round began, from its log. */
  private void showSteps(LocalDateTime began) {
    Path log = world.nodes().awaitLeader().folder().resolve("orchestrator.log");
    try (Stream<String> lines = Files.lines(log)) {
      lines
          .map(LINE::matcher)
          .filter(Matcher::find)
          .forEach(
              line -> {
                double seconds =
                    Duration.between(began, LocalDateTime.parse(line.group(1).replace(' ', 'T')))
                            .toMillis()
                        / 1e3;
                if (seconds >= 0) {
                  console.line(String.format(Locale.ROOT, "  %7.3f %s", seconds, line.group(2)));
                }
              });
    } catch (IOException e) {
      throw new LabException("cannot read " + log, e);
    }
  }

  /** A takeover while a session holds something on the primary. */
  private Optional<Double> holding(MySqlMember primary, int from, String... statements) {
    try (Connection session = primary.connect(CALL);
        Statement sql = session.createStatement()) {
      sql.execute("USE drill");
      String last = statements[statements.length - 1];
      for (int i = 0; i < statements.length - 1; i++) {
        sql.execute(statements[i]);
      }
      Thread holder = Thread.ofVirtual().name("holder").start(() -> hold(sql, last));
      Waiting.until(
          last,
          CALL,
          () ->
              !holder.isAlive()
                  || !primary
                      .row(
                          "SELECT 1 FROM performance_schema.processlist WHERE info LIKE '%SLEEP(30)%'")
                      .isEmpty());
      Optional<Double> pause = takeOver(primary, from);
      String id =
          primary
              .row(
                  "SELECT id FROM performance_schema.processlist WHERE info LIKE 'INSERT%SLEEP(30)%'")
              .getOrDefault("id", "");
      if (!id.isEmpty()) {
        primary.execute("KILL " + id);
      }
      session.abort(Runnable::run);
      return pause;
    } catch (SQLException e) {
      throw new LabException("cannot hold " + List.of(statements), e);
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
