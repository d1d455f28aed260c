package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A living primary among real servers hands over, or keeps its role. */
class PlannedTakeoverIT {
  private static final Logger LOG = LoggerFactory.getLogger(PlannedTakeoverIT.class);
  private static final String NETWORK = "127.0.76";

  @TempDir Path folder;

  @Test
  void handsOverWithoutLosingAWriteAndGivesUpBehindALongStatement() throws Exception {
    Path heard = folder.resolve("heard");
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder)) {
      drill.hooks(
          Map.of(
              "PreGracefulTakeoverProcesses", List.of("echo pre {command} >> " + heard),
              "PostGracefulTakeoverProcesses",
                  List.of("echo post {successorHost} {isSuccessful} >> " + heard)));
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);

      askingTouchesNothing(lab, drill, supervisor);
      try (Writer writer = Writer.start(lab, 1)) {
        writer.awaitMore(100);
        Recovery.Ending ending =
            drill.ordered(supervisor, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(2)));
        assertThat(ending.successful()).as(drill.story()).isTrue();
        assertThat(ending.errors()).as(drill.story()).isEmpty();
        assertThat(ending.lossStatement()).contains("acknowledged transactions lost: none");
        writer.awaitMore(100);
        writer.close();
        LOG.info("planned takeover: writes paused for {} ms", writer.longestPause().toMillis());
        assertThat(writer.longestPause()).as(drill.story()).isLessThan(Duration.ofSeconds(3));
        assertThat(drill.writable()).as(drill.story()).containsExactly(2);
        assertThat(lab.replicatesFrom(3, 2)).as(drill.story()).isTrue();
        assertThat(lab.replicatesFrom(1, 2)).as(drill.story()).isTrue();
        lab.awaitCaughtUp(1, 2);
        lab.awaitCaughtUp(3, 2);
        for (int n = 1; n <= 3; n++) {
          assertThat(Writer.idsOn(lab, n)).containsAll(writer.acknowledged());
        }
      }
      assertThat(Files.readAllLines(heard))
          .containsExactly("pre graceful-master-takeover", "post " + lab.host(2) + " true");
      staysPrimaryInTheEyesOfLaterVisits(drill, supervisor, 2);

      givesUpBehindALongStatement(lab, drill, supervisor);
      backIsLeftStoppedWhenAskedPlainly(lab, drill, supervisor);
    }
  }

  /** What visits saw before the takeover must not undo it. */
  private static void staysPrimaryInTheEyesOfLaterVisits(
      Drill drill, RecoverySupervisor supervisor, int n) {
    long before = drill.database().recoveries().newest(false, 0, 100).size();
    for (int i = 0; i < 3; i++) {
      supervisor.consider(drill.look(), List.of(), List.of());
    }
    assertThat(drill.database().clusters().all())
        .singleElement()
        .satisfies(record -> assertThat(record.primaryKey()).isEqualTo(drill.key(n)));
    assertThat(drill.database().recoveries().newest(false, 0, 100)).hasSize((int) before);
  }

  private static void askingTouchesNothing(
      MySqlLab lab, Drill drill, RecoverySupervisor supervisor) {
    var topology = drill.look();
    for (int n = 1; n <= 3; n++) {
      lab.generalLog(n, true);
    }
    int commands = drill.log().applied().size();
    RecoveryOrders orders = supervisor.orders();
    Advice advice =
        orders.advise(
            topology,
            List.of(),
            new RecoveryOrders.Request(OrderKind.TAKEOVER_AUTO, "drill", Optional.empty()));
    assertThat(advice.reasons()).isEmpty();
    assertThat(advice.successor()).contains(drill.key(2));
    assertThat(advice.steps())
        .extracting(Advice.Step::kind)
        .containsSubsequence("FENCE_PRIMARY", "CATCH_UP", "DESIGNATE", "SET_WRITABLE");
    Advice plain =
        orders.advise(
            topology,
            List.of(),
            new RecoveryOrders.Request(OrderKind.TAKEOVER, "drill", Optional.empty()));
    assertThat(plain.reasons()).anyMatch(reason -> reason.contains("name the one"));
    Explanation explanation = orders.explain(topology, List.of(drill.dead(1)), "drill");
    assertThat(explanation.reasons()).anyMatch(reason -> reason.contains("has not lasted"));
    assertThat(explanation.plan().successor()).contains(drill.key(2));
    assertThat(explanation.plan().steps())
        .extracting(Advice.Step::kind)
        .containsSubsequence("STOP_RECEIVER", "WAIT_APPLIED", "SET_WRITABLE");
    assertThat(drill.log().applied()).hasSize(commands);
    for (int n = 1; n <= 3; n++) {
      lab.generalLog(n, false);
      // What the look of drill.dead() reads is all that reached them.
      assertThat(lab.generalLogLines(n))
          .noneMatch(
              line ->
                  line.matches(".*(CHANGE |STOP |START |RESET |GLOBAL (?!general_log)\\w+ ?=).*"))
          .as("server %d", n);
    }
  }

  /** The fence cannot be had; the primary goes on, and writes wait no longer than the limit. */
  private static void givesUpBehindALongStatement(
      MySqlLab lab, Drill drill, RecoverySupervisor supervisor) throws Exception {
    try (Connection app = DriverManager.getConnection(lab.jdbcUrl(2), "app", "app");
        Writer writer = Writer.start(lab, 2)) {
      Thread sleeper =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try (Statement statement = app.createStatement()) {
                      statement.execute("INSERT INTO drill.ledger (id) SELECT 9000000 + SLEEP(30)");
                    } catch (SQLException ended) {
                      LOG.debug("the long statement has ended", ended);
                    }
                  });
      lab.awaitTrue(
          "the long statement runs",
          () ->
              !lab.query(
                      2,
                      "SELECT 1 FROM performance_schema.processlist WHERE info LIKE 'INSERT%SLEEP(30)%'")
                  .isEmpty());
      writer.awaitMore(100);
      Recovery.Ending ending =
          drill.ordered(supervisor, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(1)));
      assertThat(ending.successful()).as(drill.story()).isFalse();
      assertThat(ending.errors()).anyMatch(error -> error.startsWith("FENCE_PRIMARY"));
      assertThat(ending.errors()).noneMatch(error -> error.startsWith("RESTORE_WRITES"));
      assertThat(drill.writable()).containsExactly(2);
      writer.awaitMore(100);
      writer.close();
      LOG.info("given up: writes paused for {} ms", writer.longestPause().toMillis());
      assertThat(writer.longestPause())
          .as(drill.story())
          .isLessThan(TakeoverAction.FencePrimary.LIMIT.plusSeconds(1));
      assertThat(lab.replicatesFrom(1, 2)).isTrue();
      assertThat(lab.replicatesFrom(3, 2)).isTrue();
      lab.query(
              2,
              "SELECT id FROM performance_schema.processlist WHERE info LIKE 'INSERT%SLEEP(30)%'")
          .forEach(row -> lab.execute(2, "KILL " + row.getOrDefault("ID", row.get("id"))));
      assertThat(sleeper.join(Drill.LIMIT)).isTrue();
    }
  }

  private static void backIsLeftStoppedWhenAskedPlainly(
      MySqlLab lab, Drill drill, RecoverySupervisor supervisor) {
    Recovery.Ending ending =
        drill.ordered(supervisor, OrderKind.TAKEOVER, Optional.of(drill.key(3)));
    assertThat(ending.successful()).as(drill.story()).isTrue();
    assertThat(drill.writable()).containsExactly(3);
    assertThat(lab.replicaStatus(2))
        .containsEntry("Source_Host", lab.host(3))
        .containsEntry("Replica_IO_Running", "No");
    lab.execute(2, "START REPLICA");
    lab.awaitTrue("the old primary follows", () -> lab.replicatesFrom(2, 3));
  }

  /** The server that was to take over dies at the worst moment: after the record has moved. */
  @Test
  void aDesignatedServerThatDiesMidwayLeavesTheOldPrimaryWritable() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder).stepTimeout(Duration.ofSeconds(2))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      boolean[] killed = {false};
      drill
          .log()
          .refuse(
              command -> {
                if (command instanceof Command.DesignatePrimary designate
                    && designate.primaryKey().equals(drill.key(2))
                    && !killed[0]) {
                  killed[0] = true;
                  lab.kill9(2);
                }
                return false;
              });
      Recovery.Ending ending =
          drill.ordered(supervisor, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(2)));
      assertThat(killed[0]).as(drill.story()).isTrue();
      assertThat(ending.successful()).as(drill.story()).isFalse();
      assertThat(drill.writable()).as(drill.story()).containsExactly(1);
      assertThat(drill.database().clusters().all())
          .singleElement()
          .satisfies(record -> assertThat(record.primaryKey()).isEqualTo(drill.key(1)));
      assertThat(lab.replicatesFrom(3, 1)).as(drill.story()).isTrue();
      lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (1)");
      lab.restart(2);
      lab.awaitReplicating();
      drill.awaitAge();

      failsOverByOrder(lab, drill, supervisor);
    }
  }

  /** Steps that were permitted meanwhile are not taken, and the record says so. */
  @Test
  void aDesignatedServerThatDoesNotCatchUpStaysTheReplicaThatItWas() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder).stepTimeout(Duration.ofSeconds(2))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      BooleanSupplier halted = haltApplierAt(StepKind.FENCE_PRIMARY, lab, drill);

      Recovery.Ending ending =
          drill.ordered(supervisor, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(2)));

      assertThat(halted.getAsBoolean()).as(drill.story()).isTrue();
      assertThat(ending.successful()).as(drill.story()).isFalse();
      assertThat(drill.writable()).as(drill.story()).containsExactly(1);
      for (StepKind kind : List.of(StepKind.STOP_REPLICATION, StepKind.SET_SEMI_SYNC)) {
        assertThat(new Ledger(drill.steps()).of(kind))
            .as(drill.story())
            .singleElement()
            .satisfies(step -> assertThat(step.state()).isEqualTo(RecoveryStep.State.SKIPPED));
      }
      assertThat(new Ledger(drill.steps()).promotionTried()).as(drill.story()).isFalse();
      lab.execute(2, "START REPLICA SQL_THREAD");
      lab.awaitTrue("follows as before", () -> lab.replicatesFrom(2, 1));
      lab.awaitCaughtUp(2, 1);
    }
  }

  /** Nobody's writes stand still for a server that would not get there. */
  @Test
  void aDesignatedServerThatDoesNotComeNearIsRefusedBeforeWritesStop() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder).stepTimeout(Duration.ofSeconds(2))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      BooleanSupplier halted = haltApplierAt(StepKind.ROTATE_LOG, lab, drill);

      Recovery.Ending ending =
          drill.ordered(supervisor, OrderKind.TAKEOVER_AUTO, Optional.of(drill.key(2)));

      assertThat(halted.getAsBoolean()).as(drill.story()).isTrue();
      assertThat(ending.successful()).as(drill.story()).isFalse();
      assertThat(ending.errors()).as(drill.story()).anyMatch(e -> e.contains("lacks 1 trans"));
      assertThat(drill.writable()).as(drill.story()).containsExactly(1);
      assertThat(new Ledger(drill.steps()).of(StepKind.FENCE_PRIMARY))
          .as(drill.story())
          .allSatisfy(step -> assertThat(step.attempt()).isZero());
      lab.execute(2, "START REPLICA SQL_THREAD");
      lab.awaitCaughtUp(2, 1);
    }
  }

  /** Server 2 applies nothing from this step's intent on; says whether it has come to that. */
  private static BooleanSupplier haltApplierAt(StepKind kind, MySqlLab lab, Drill drill) {
    AtomicBoolean halted = new AtomicBoolean();
    drill
        .log()
        .refuse(
            command -> {
              if (intends(drill, command, kind) && !halted.getAndSet(true)) {
                lab.execute(2, "STOP REPLICA SQL_THREAD");
                lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (1)");
              }
              return false;
            });
    return halted::get;
  }

  private static boolean intends(Drill drill, Command command, StepKind kind) {
    return command instanceof Command.StepIntended intended
        && drill.steps().stream()
            .anyMatch(step -> step.number() == intended.step() && Ledger.is(step, kind));
  }

  /** The primary lives, and is fenced before another one is chosen. */
  private static void failsOverByOrder(MySqlLab lab, Drill drill, RecoverySupervisor supervisor) {
    lab.execute(1, "SET GLOBAL rpl_semi_sync_source_enabled = ON");
    lab.awaitTrue("both acknowledge", () -> lab.semiSyncClients(1) == 2);
    Recovery.Ending ending =
        drill.ordered(supervisor, OrderKind.FORCED_TAKEOVER, Optional.of(drill.key(3)));
    assertThat(ending.successful()).as(drill.story()).isTrue();
    assertThat(drill.writable()).as(drill.story()).containsExactly(3);
    assertThat(lab.value(1, "SELECT @@GLOBAL.super_read_only")).isEqualTo("1");
    assertThat(drill.newest().subject().command()).startsWith(Order.FORCED_TAKEOVER);
    assertThat(drill.steps().getFirst().kind()).isEqualTo("FENCE_OLD_PRIMARY");
  }
}
