package dev.orchestrator.store.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateWatchTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger refetched = new AtomicInteger();
  private Database database;
  private LocalReplicator replicator;
  private StateWatch watch;

  @BeforeEach
  void start() {
    database = Database.sqlite(folder.resolve("db"));
    SqlStateMachine machine = new SqlStateMachine(database);
    replicator = new LocalReplicator(machine, "n1", URI.create("http://n1:3000"));
    watch =
        new StateWatch(
            StateWatch.Settings.DEFAULT,
            database,
            replicator,
            replicator,
            new StateWatch.Group() {
              @Override
              public String self() {
                return "n1";
              }

              @Override
              public int voters() {
                return 3;
              }

              @Override
              public void send(StateReport report) {
                throw new AssertionError("the leader sends nothing");
              }

              @Override
              public void refetchState() {
                refetched.incrementAndGet();
              }
            },
            nanos::get);
    machine.onCheck(watch::check);
  }

  @AfterEach
  void stop() {
    watch.close();
    database.close();
  }

  private void submit(Command command) {
    assertThat(replicator.submit(command, LIMIT)).isInstanceOf(Outcome.Applied.class);
  }

  private void otherReports(String member, Map<String, String> altered) {
    StateReport own = own();
    TreeMap<String, String> tables = new TreeMap<>(own.tables());
    tables.putAll(altered);
    submit(
        new Command.ReportState(
            new StateReport(
                member,
                own.checkIndex(),
                own.format(),
                altered.isEmpty() ? own.hash() : "other",
                tables)));
  }

  private StateReport own() {
    return database.stateReports().all().stream()
        .filter(report -> report.member().equals("n1"))
        .findFirst()
        .orElseThrow();
  }

  private void check() {
    submit(new Command.CheckState());
    await().atMost(LIMIT).until(this::reported);
  }

  private StateVerdict verdict() {
    return StateVerdict.of(database.stateReports().all());
  }

  @Test
  void equalStatesAreNoDivergence() {
    submit(new Command.Discover(new InstanceKey("db1", 3306)));
    check();
    otherReports("n2", Map.of());
    otherReports("n3", Map.of());
    watch.tick();
    assertThat(verdict().diverged()).isFalse();
    assertThat(verdict().agreeing()).containsExactly("n1", "n2", "n3");
    assertThat(refetched).hasValue(0);
  }

  @Test
  void theOddOneIsNamedWithItsTable() {
    check();
    otherReports("n2", Map.of("downtime", "other"));
    watch.tick();
    assertThat(verdict().divided()).isTrue();
    otherReports("n3", Map.of());
    watch.tick();
    assertThat(verdict().odd()).isEqualTo(Map.of("n2", List.of("downtime")));
    assertThat(verdict().describe()).startsWith("n2 differs in downtime, checked at index ");
    assertThat(refetched).hasValue(0);
  }

  @Test
  void theOddOneItselfFetchesTheStateOnce() {
    check();
    otherReports("n2", Map.of("recovery", "other"));
    otherReports("n3", Map.of("recovery", "other"));
    watch.tick();
    watch.tick();
    assertThat(verdict().odd()).containsOnlyKeys("n1");
    assertThat(refetched).hasValue(1);
  }

  @Test
  void theLeaderPutsTheReportsOfOthersIntoTheLogOnce() {
    check();
    StateReport own = own();
    watch.take(new StateReport("n2", own.checkIndex(), own.format(), own.hash(), own.tables()));
    watch.take(new StateReport("n3", own.checkIndex() - 1, own.format(), "old", own.tables()));
    watch.tick();
    assertThat(verdict().agreeing()).containsExactly("n1", "n2");
    LogId before = database.applied().id();
    watch.take(new StateReport("n2", own.checkIndex(), own.format(), own.hash(), own.tables()));
    watch.tick();
    assertThat(database.applied().id()).isEqualTo(before);
  }

  @Test
  void aStateOfAnotherFormatIsNotCompared() {
    check();
    otherReports("n2", Map.of());
    submit(
        new Command.ReportState(
            new StateReport("n3", own().checkIndex(), "newer", "x", new TreeMap<>())));
    assertThat(verdict().diverged()).isFalse();
  }

  private void aSecondPasses() {
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    watch.tick();
  }

  /** So health tells of a difference not much longer than it lasts. */
  @Test
  void aDifferenceIsLookedAtAgainSoonAndThenMoreSeldom() {
    check();
    for (int seconds : new int[] {2, 4, 8, 16, 30, 30}) {
      otherReports("n2", Map.of("downtime", "other"));
      otherReports("n3", Map.of());
      long former = database.settings().checkIndex();
      watch.tick();
      for (int second = 1; second < seconds; second++) {
        aSecondPasses();
        assertThat(database.settings().checkIndex()).as("second %d", second).isEqualTo(former);
      }
      aSecondPasses();
      assertThat(database.settings().checkIndex()).as("after %d s", seconds).isNotEqualTo(former);
      await().atMost(LIMIT).until(this::reported);
    }
    otherReports("n2", Map.of());
    otherReports("n3", Map.of());
    watch.tick();
    assertThat(verdict().diverged()).isFalse();
    check();
    otherReports("n2", Map.of("downtime", "other"));
    otherReports("n3", Map.of());
    long former = database.settings().checkIndex();
    aSecondPasses();
    aSecondPasses();
    assertThat(database.settings().checkIndex()).isNotEqualTo(former);
  }

  /** A member that installs an image behind the check has no rows of the check to report. */
  @Test
  void aMissingReportIsAskedForAgainSoonAndThenMoreSeldom() {
    check();
    otherReports("n2", Map.of());
    for (int seconds : new int[] {2, 4, 8, 16, 32, 64, 128, 256, 300, 300}) {
      long former = database.settings().checkIndex();
      nanos.addAndGet(Duration.ofSeconds(seconds).toNanos() - 1);
      watch.tick();
      assertThat(database.settings().checkIndex()).as("within %d s", seconds).isEqualTo(former);
      nanos.incrementAndGet();
      watch.tick();
      assertThat(database.settings().checkIndex()).as("after %d s", seconds).isNotEqualTo(former);
      await().atMost(LIMIT).until(this::reported);
      otherReports("n2", Map.of());
    }
    otherReports("n3", Map.of());
    long former = database.settings().checkIndex();
    nanos.addAndGet(Duration.ofSeconds(299).toNanos());
    watch.tick();
    assertThat(database.settings().checkIndex()).isEqualTo(former);
  }

  private boolean reported() {
    watch.tick();
    return !database.stateReports().all().isEmpty();
  }

  @Test
  void theLeaderChecksWhenItIsTime() {
    watch.tick();
    assertThat(database.settings().checkIndex()).isZero();
    nanos.addAndGet(Duration.ofMinutes(5).toNanos());
    watch.tick();
    assertThat(database.settings().checkIndex()).isEqualTo(1);
    watch.tick();
    assertThat(database.settings().checkIndex()).isEqualTo(1);
  }
}
