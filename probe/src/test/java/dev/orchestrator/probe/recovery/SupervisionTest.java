package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import dev.orchestrator.store.replication.LocalReplicator;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which clusters are recorded, and when a failure is left alone. */
class SupervisionTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final String CLUSTER_ID = "c1";

  @TempDir Path folder;

  private Database database;
  private LocalReplicator log;
  private ClusterKeeper keeper;
  private RecoveryGate gate;

  @BeforeEach
  void open() {
    database = Database.sqlite(folder.resolve("db"));
    log = new LocalReplicator(new SqlStateMachine(database), "n1", URI.create("http://n1/"));
    keeper = new ClusterKeeper(database);
    gate = new RecoveryGate(config(List.of("db1")), database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aWritablePrimaryWithoutRecordIsRegisteredAndThenLeftInPeace() {
    Topology topology = Topology.of(List.of(primary(1, ""), replica(2, 1)));
    List<Command> wanted = keeper.wanted(topology, 1);
    assertThat(wanted)
        .singleElement()
        .isInstanceOfSatisfying(
            Command.RegisterCluster.class,
            c -> assertThat(c.primaryUuid()).isEqualTo(Readings.uuid(1)));
    submit(wanted.getFirst());
    assertThat(keeper.wanted(topology, 1)).isEmpty();
  }

  @Test
  void aWritableServerThatSharesTransactionsWithARecordedPrimaryIsRogue() {
    register();
    Instance descendant = primary(2, Readings.uuid(1) + ":1-9");
    assertThat(keeper.wanted(Topology.of(List.of(primary(1, ""), descendant)), 1)).isEmpty();
    Instance ancestor = primary(2, "");
    Instance recorded = primary(1, Readings.uuid(2) + ":1-5");
    assertThat(keeper.wanted(Topology.of(List.of(recorded, ancestor)), 1)).isEmpty();
  }

  @Test
  void aSwitchByHandIsAdoptedOnlyWhenTheRecordedPrimaryFollows() {
    register();
    Instance taker = primary(2, Readings.uuid(1) + ":1-9");
    assertThat(keeper.wanted(Topology.of(List.of(primary(1, ""), taker)), 1)).isEmpty();
    assertThat(keeper.wanted(Topology.of(List.of(replica(1, 2), taker)), 1))
        .singleElement()
        .isInstanceOfSatisfying(
            Command.DesignatePrimary.class,
            c -> {
              assertThat(c.recoveryUid()).isEmpty();
              assertThat(c.expectedEpoch()).isEqualTo(1);
              assertThat(c.primaryUuid()).isEqualTo(Readings.uuid(2));
              submit(c);
            });
    assertThat(database.clusters().byPrimaryUuid(Readings.uuid(2))).isPresent();
  }

  @Test
  void everyReasonNotToActIsNamed() {
    assertThat(reasons(dead())).singleElement().asString().contains("not the recorded primary");
    register();
    assertThat(reasons(dead())).isEmpty();
    assertThat(gate.reasons(dead(), NOW, NOW.plusSeconds(1)))
        .hasSize(2)
        .allMatch(r -> r.contains("own visit"));
    assertThat(new RecoveryGate(config(List.of("db7")), database).reasons(dead(), NOW, NOW))
        .singleElement()
        .asString()
        .contains("RecoverMasterClusterFilters");
    assertThat(reasons(analysis(AnalysisCode.UNREACHABLE_PRIMARY, false))).hasSize(1);
    assertThat(reasons(analysis(AnalysisCode.DEAD_PRIMARY, true)))
        .singleElement()
        .asString()
        .contains("downtime");
    submit(new Command.SetGlobalRecoveries(false));
    assertThat(reasons(dead())).singleElement().asString().contains("switched off");
  }

  @Test
  void aRunningOrRecentRecoveryOfTheClusterIsAReason() {
    register();
    begin(DeadPrimaryPlaybook.KIND, CLUSTER_ID, 3600);
    assertThat(gate.reasons(dead(), Instant.now(), NOW))
        .singleElement()
        .asString()
        .contains("is running");
    end(false);
    assertThat(gate.reasons(dead(), Instant.now(), NOW))
        .singleElement()
        .asString()
        .contains("blocks further ones");
  }

  /** What did not replace a failed primary blocks nobody; an acknowledgement ends a block. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    DeadPrimaryPlaybook.KIND + ", '', 3600, true",
    PlannedTakeoverPlaybook.KIND + ", '', 0, false",
    ReconnectPlaybook.KIND + ", 'reconnect ', 0, false",
    FencePlaybook.KIND + ", '" + FencePlaybook.LOCK_PREFIX + "', 0, false",
    ReturnPlaybook.KIND + ", '" + ReturnPlaybook.LOCK_PREFIX + "', 0, false",
  })
  void eachKindOfRecoveryHasItsBlock(String kind, String lock, int seconds, boolean blocks) {
    register();
    begin(kind, lock + CLUSTER_ID, seconds);
    end(true);
    assertThat(gate.reasons(dead(), Instant.now(), NOW)).hasSize(blocks ? 1 : 0);
    assertThat(gate.reasons(dead(), Instant.now().plusSeconds(3601), NOW)).isEmpty();
    submit(
        new Command.AcknowledgeRecoveries(
            Optional.of("1:a"), Optional.empty(), Optional.empty(), Optional.empty(), "ann", "ok"));
    assertThat(gate.reasons(dead(), Instant.now(), NOW)).as("acknowledged").isEmpty();
  }

  @Test
  void aPauseOfTheClusterIsAReasonUntilItEnds() {
    register();
    submit(new Command.PauseRecoveries(CLUSTER_ID, "ann", "moving racks", 600));
    assertThat(gate.reasons(dead(), Instant.now(), NOW))
        .singleElement()
        .asString()
        .contains("paused until", "ann", "moving racks");
    assertThat(gate.reasons(dead(), Instant.now().plusSeconds(601), NOW)).isEmpty();
    submit(new Command.PauseRecoveries(CLUSTER_ID, "ann", "", 0));
    assertThat(gate.reasons(dead(), Instant.now(), NOW)).isEmpty();
  }

  @Test
  void afterARecoveryTheClusterHasItsGraceEvenIfItWasAcknowledged() {
    register();
    begin(PlannedTakeoverPlaybook.KIND, CLUSTER_ID, 0);
    end(true);
    Instant ended =
        database.recoveries().byUid("1:a").orElseThrow().ending().orElseThrow().endedAt();
    assertThat(gate.reasons(dead(), ended.plusSeconds(1), NOW)).isEmpty();
    gate.reconfigure(config(List.of("db1"), Duration.ofSeconds(60)));
    assertThat(gate.reasons(dead(), ended.plusSeconds(59), NOW))
        .singleElement()
        .asString()
        .contains("time to settle");
    assertThat(gate.reasons(dead(), ended.plusSeconds(60), NOW)).isEmpty();
  }

  /** The leader that ended it may have died before it could say so. */
  @Test
  void aLeaderLiftsTheBlockOfARecoveryThatEndedBecauseThePrimaryWasBack() {
    register();
    begin(DeadPrimaryPlaybook.KIND, CLUSTER_ID, 3600);
    end(false, Revival.PRIMARY_ANSWERS + ": " + Revival.text(Readings.key(1)));
    assertThat(gate.reasons(dead(), Instant.now(), NOW)).hasSize(1);
    liftBlocks();
    assertThat(gate.reasons(dead(), Instant.now(), NOW)).isEmpty();
  }

  @Test
  void otherBlocksAreForPeopleToLift() {
    register();
    begin(DeadPrimaryPlaybook.KIND, CLUSTER_ID, 3600);
    liftBlocks();
    end(false, "nobody could be promoted");
    liftBlocks();
    assertThat(gate.reasons(dead(), Instant.now(), NOW)).hasSize(1);
  }

  private void liftBlocks() {
    ScriptedLog leader = ScriptedLog.steady(log, 1);
    RevivalBlocks.lift(database, new Proposals(leader, leader, Clock.systemUTC(), "n1"));
  }

  private void begin(String kind, String lock, int blockSeconds) {
    Recovery.Subject subject =
        new Recovery.Subject(
            kind,
            lock,
            "db1:3306",
            "",
            Readings.key(1),
            Readings.uuid(1),
            "DeadMaster",
            "",
            List.of(),
            List.of(Readings.uuid(1)),
            0,
            "");
    submit(new Command.StartRecovery("1:a", subject, 1, "n1", blockSeconds, false));
  }

  private void end(boolean successful, String... errors) {
    submit(
        new Command.EndRecovery(
            "1:a",
            1,
            new Recovery.Ending(
                successful, Optional.empty(), "", List.of(), List.of(), List.of(errors), "", NOW)));
  }

  private List<String> reasons(Analysis analysis) {
    return gate.reasons(analysis, NOW, NOW);
  }

  private void register() {
    submit(new Command.RegisterCluster(CLUSTER_ID, Readings.uuid(1), Readings.key(1), ""));
  }

  private void submit(Command command) {
    assertThat(log.submit(command, Duration.ofSeconds(10)).accepted()).as(command.name()).isTrue();
  }

  private static Analysis dead() {
    return analysis(AnalysisCode.DEAD_PRIMARY, false);
  }

  private static Analysis analysis(AnalysisCode code, boolean downtimed) {
    InstanceKey key = Readings.key(1);
    return new Analysis(
        code,
        "",
        List.of(),
        primary(1, ""),
        "shop",
        List.of(replica(2, 1)),
        true,
        false,
        new Analysis.Counts(1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        downtimed
            ? Optional.of(new Downtime(key, "me", "test", NOW, NOW.plusSeconds(9)))
            : Optional.empty(),
        false);
  }

  private static RecoveryConfig config(List<String> filters) {
    return config(filters, Duration.ZERO);
  }

  private static RecoveryConfig config(List<String> filters, Duration grace) {
    return new RecoveryConfig(
        filters,
        Duration.ofHours(1),
        grace,
        Duration.ofHours(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        "bash",
        Map.of(),
        true,
        PromotionPolicy.FREE,
        ReplicaPolicy.PLAIN,
        false,
        "n1",
        "here");
  }

  private static Instance primary(int n, String executed) {
    return instance(n, executed, false, ReplicationFacts.NONE);
  }

  private static Instance replica(int n, int source) {
    ReplicationFacts none = ReplicationFacts.NONE;
    return instance(
        n,
        "",
        true,
        new ReplicationFacts(
            Readings.key(source),
            Readings.uuid(source),
            ReplicaThreadState.RUNNING,
            ReplicaThreadState.RUNNING,
            none.read(),
            none.executed(),
            none.relay(),
            "",
            "",
            "",
            OptionalLong.empty(),
            OptionalLong.empty(),
            0,
            true,
            "repl",
            true,
            false,
            false));
  }

  private static Instance instance(
      int n, String executed, boolean readOnly, ReplicationFacts replication) {
    return new Instance(
        Readings.key(n),
        new ServerFacts(
            Readings.uuid(n),
            n,
            "8.0.33",
            "",
            60,
            readOnly,
            readOnly,
            "ROW",
            "FULL",
            true,
            true,
            ServerFacts.UNKNOWN.selfCoordinates(),
            "ON",
            executed,
            "",
            ""),
        replication,
        SemiSyncFacts.NONE,
        List.of(),
        Placement.inCluster("db1:3306"),
        new CheckTimes(NOW, NOW, NOW, false, Duration.ZERO, ""));
  }
}
