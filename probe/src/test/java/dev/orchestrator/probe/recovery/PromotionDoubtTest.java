package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.recovery.RecoveryOrders.Answer;
import dev.orchestrator.probe.recovery.RecoveryOrders.Request;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
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

/**
 * Rule A5: db1 was to replace db9 and was lost before it was known whether it is writable; db2 and
 * db3 follow it.
 */
class PromotionDoubtTest {
  private static final String CLUSTER_ID = "c1";
  private static final String CLUSTER = "db1:3306";
  private static final Instant LONG_AGO = Instant.parse("2020-03-01T12:00:00Z");
  private static final int DOUBTFUL = 1;
  private static final int OLD = 9;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir Path folder;

  private Database database;
  private LocalReplicator log;
  private RecoveryGate gate;

  @BeforeEach
  void open() {
    database = Database.sqlite(folder.resolve("db"));
    log = new LocalReplicator(new SqlStateMachine(database), "n1", URI.create("http://n1/"));
    gate = new RecoveryGate(config(), database);
    submit(
        new Command.RegisterCluster(
            CLUSTER_ID, Readings.uuid(DOUBTFUL), Readings.key(DOUBTFUL), ""));
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void nobodyElseIsPromotedAutomaticallyHoweverMuchTimePasses() {
    assertThat(reasons(LONG_AGO)).isEmpty();
    endedInDoubt("1:a");
    acknowledge();
    assertThat(reasons(LONG_AGO))
        .singleElement()
        .asString()
        .contains(
            Readings.key(DOUBTFUL) + " by recovery 1:a is unknown",
            "may be writable",
            "bring it back",
            "force-master-takeover/" + CLUSTER + "/SERVER?acceptLossBy=NAME");
  }

  @Test
  void onlyAVisitOfThisLeaderAfterTheEndEndsTheDoubt() {
    endedInDoubt("1:a");
    acknowledge();
    Instant ended =
        database.recoveries().byUid("1:a").orElseThrow().ending().orElseThrow().endedAt();
    seen(Readings.uuid(DOUBTFUL), ended.minusMillis(1), Duration.ZERO);
    assertThat(reasons(LONG_AGO)).as("seen before the end").hasSize(1);
    seen(Readings.uuid(DOUBTFUL), ended.plusMillis(500), Duration.ofMillis(600));
    assertThat(reasons(LONG_AGO)).as("the visit began before the end").hasSize(1);
    seen(Readings.uuid(7), ended.plusSeconds(5), Duration.ZERO);
    assertThat(reasons(LONG_AGO)).as("another server answers there").hasSize(1);
    seen(Readings.uuid(DOUBTFUL), ended.plusSeconds(5), Duration.ZERO);
    assertThat(doubt(ended.plusSeconds(6))).as("seen before this node led").isPresent();
    assertThat(doubt(ended.plusSeconds(4))).isEmpty();
    assertThat(reasons(LONG_AGO)).isEmpty();
  }

  @Test
  void aLaterFailureTakesNothingBackAndALaterSuccessDoes() {
    endedInDoubt("1:a");
    start("2:b", DOUBTFUL);
    end("2:b", false, "TooFewAckersRead: whatever");
    assertThat(doubt(LONG_AGO)).get().extracting(PromotionDoubt::uuid).isEqualTo(uuidInDoubt());
    start("3:c", DOUBTFUL);
    end("3:c", true);
    assertThat(doubt(LONG_AGO)).isEmpty();
  }

  @Test
  void theServerThatWasToBeWritableStaysInDoubtWhereverTheRecordMoves() {
    start("1:a", OLD);
    promotionTried("1:a");
    end("1:a", false, Outcomes.PROMOTION_UNKNOWN + ": db1:3306 may be writable");
    submit(
        new Command.DesignatePrimary("", 1, CLUSTER_ID, 1, Readings.uuid(OLD), Readings.key(OLD)));
    assertThat(doubt(LONG_AGO)).get().extracting(PromotionDoubt::uuid).isEqualTo(uuidInDoubt());
  }

  @Test
  void aPromotionThatWasSeenTakenBackIsNotInDoubt() {
    start("1:a", OLD);
    promotionTried("1:a");
    step("1:a", 2, StepKind.REVOKE_PROMOTION, RecoveryStep.State.DONE);
    end("1:a", false, Outcomes.PROMOTION_UNKNOWN + ": db1:3306 may be writable");
    assertThat(doubt(LONG_AGO)).isEmpty();
  }

  @Test
  void noOrderIsTakenWithoutANameAndExplainSaysWhy() {
    endedInDoubt("1:a");
    try (RecoverySupervisor supervisor = supervisor()) {
      for (OrderKind kind : OrderKind.values()) {
        Request request = new Request(kind, CLUSTER, Optional.of(Readings.key(2)));
        assertThat(supervisor.orders().order(topology(), List.of(dead()), request))
            .as(kind.command())
            .isInstanceOfSatisfying(
                Answer.Refused.class,
                refused -> assertThat(refused.reasons()).anyMatch(PromotionDoubtTest::isRefusal));
      }
      Explanation explanation = supervisor.orders().explain(topology(), List.of(dead()), CLUSTER);
      assertThat(explanation.reasons()).anyMatch(PromotionDoubtTest::isRefusal);
      assertThat(explanation.question()).isPresent();

      seen(Readings.uuid(DOUBTFUL), Instant.now().plusSeconds(60), Duration.ZERO);
      explanation = supervisor.orders().explain(topology(), List.of(dead()), CLUSTER);
      assertThat(explanation.reasons()).noneMatch(PromotionDoubtTest::isRefusal);
      assertThat(explanation.question()).isEmpty();
    }
  }

  @Test
  void aNamedPersonIsNotRefused() {
    endedInDoubt("1:a");
    try (RecoverySupervisor supervisor = supervisor()) {
      Request insisting =
          new Request(
              OrderKind.FORCED_TAKEOVER,
              CLUSTER,
              Optional.of(Readings.key(2)),
              Optional.of("jane"),
              Optional.empty());
      assertThat(supervisor.orders().advise(topology(), List.of(dead()), insisting).reasons())
          .noneMatch(PromotionDoubtTest::isRefusal);
    }
  }

  /** Whatever was checked before the lock was had. */
  @Test
  void aRecoveryThatHasStartedAllTheSameTouchesNothing() throws Exception {
    endedInDoubt("1:a");
    start("2:b", DOUBTFUL);
    Recovery started = database.recoveries().byUid("2:b").orElseThrow();
    try (Sessions sessions = new Sessions(connector(), LIMIT, "2:b", 1)) {
      DeadPrimaryPlaybook playbook =
          new DeadPrimaryPlaybook(config(), database, sessions, Clock.systemUTC(), _ -> "unknown");
      assertThat(playbook.next(started, new Ledger(List.of())))
          .isInstanceOfSatisfying(
              Playbook.Next.End.class,
              end -> {
                assertThat(end.ending().successful()).isFalse();
                assertThat(end.ending().errors()).anyMatch(PromotionDoubtTest::isRefusal);
              });
    }
  }

  private static boolean isRefusal(String reason) {
    return reason.contains("it may be writable, so nobody else is promoted");
  }

  private static String uuidInDoubt() {
    return Readings.uuid(DOUBTFUL);
  }

  private List<String> reasons(Instant leadingSince) {
    return gate.reasons(dead(), Instant.now(), leadingSince);
  }

  private Optional<PromotionDoubt> doubt(Instant leadingSince) {
    ClusterRecord record = database.clusters().byId(CLUSTER_ID).orElseThrow();
    return PromotionDoubt.open(database, record, leadingSince);
  }

  private void endedInDoubt(String uid) {
    start(uid, OLD);
    end(uid, false, Outcomes.PROMOTION_UNKNOWN + ": db1:3306 may be writable");
  }

  private void start(String uid, int failed) {
    Recovery.Subject subject =
        new Recovery.Subject(
            DeadPrimaryPlaybook.KIND,
            CLUSTER_ID,
            CLUSTER,
            "",
            Readings.key(failed),
            Readings.uuid(failed),
            "DeadMaster",
            "",
            List.of(),
            List.of(Readings.uuid(failed)),
            0,
            "");
    submit(new Command.StartRecovery(uid, subject, 1, "n1", 0, true));
  }

  private void end(String uid, boolean successful, String... errors) {
    submit(
        new Command.EndRecovery(
            uid,
            1,
            new Recovery.Ending(
                successful,
                Optional.empty(),
                "",
                List.of(),
                List.of(),
                List.of(errors),
                "",
                LONG_AGO)));
  }

  private void promotionTried(String uid) {
    step(uid, 1, StepKind.SET_WRITABLE, RecoveryStep.State.UNKNOWN);
  }

  private void step(String uid, int number, StepKind kind, RecoveryStep.State state) {
    RecoveryStep step =
        RecoveryStep.planned(
            number, kind.name(), Readings.key(DOUBTFUL), uuidInDoubt(), Map.of(), "test");
    submit(new Command.PlanSteps(uid, 1, List.of(step)));
    submit(new Command.StepIntended(uid, 1, number, 1));
    submit(new Command.StepEnded(uid, 1, number, 1, state, ""));
  }

  private void acknowledge() {
    submit(
        new Command.AcknowledgeRecoveries(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "test",
            "seen"));
  }

  private void submit(Command command) {
    assertThat(log.submit(command, LIMIT).accepted()).as(command.name()).isTrue();
  }

  /** One whose worker knows since when it leads. */
  private RecoverySupervisor supervisor() {
    ScriptedLog leader = ScriptedLog.steady(log, 1);
    RecoverySupervisor supervisor =
        new RecoverySupervisor(
            config(), connector(), database, leader, leader, Clock.systemUTC(), _ -> {});
    supervisor.leadershipChanged();
    Drill.await("the leadership").until(() -> !supervisor.leadingSince().equals(Instant.MAX));
    return supervisor;
  }

  /** Nobody is visited here. */
  private static FleetConnector connector() {
    return new FleetConnector(new FleetAccess("nobody", "", LIMIT, LIMIT, LIMIT));
  }

  private static RecoveryConfig config() {
    return new RecoveryConfig(
        List.of("db1"),
        Duration.ofHours(1),
        Duration.ZERO,
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

  private void seen(String uuid, Instant at, Duration latency) {
    database
        .instances()
        .save(
            List.of(
                instance(
                    Readings.key(DOUBTFUL),
                    uuid,
                    ReplicationFacts.NONE,
                    new CheckTimes(at, at, at, false, latency, ""))));
  }

  private static Topology topology() {
    return Topology.of(List.of(doubtful(), replica(2), replica(3)));
  }

  private static Analysis dead() {
    return new Analysis(
        AnalysisCode.DEAD_PRIMARY,
        "",
        List.of(),
        doubtful(),
        "",
        List.of(replica(2), replica(3)),
        true,
        false,
        new Analysis.Counts(2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        Optional.empty(),
        false);
  }

  private static Instance doubtful() {
    return instance(
        Readings.key(DOUBTFUL),
        uuidInDoubt(),
        ReplicationFacts.NONE,
        new CheckTimes(LONG_AGO, LONG_AGO.plusSeconds(1), LONG_AGO, false, Duration.ZERO, "gone"));
  }

  private static Instance replica(int n) {
    ReplicationFacts none = ReplicationFacts.NONE;
    return instance(
        Readings.key(n),
        Readings.uuid(n),
        new ReplicationFacts(
            Readings.key(DOUBTFUL),
            uuidInDoubt(),
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
            false),
        new CheckTimes(LONG_AGO, LONG_AGO, LONG_AGO, false, Duration.ZERO, ""));
  }

  private static Instance instance(
      InstanceKey key, String uuid, ReplicationFacts replication, CheckTimes check) {
    return new Instance(
        key,
        new ServerFacts(
            uuid,
            1,
            "8.0.33",
            "",
            60,
            true,
            true,
            "ROW",
            "FULL",
            true,
            true,
            ServerFacts.UNKNOWN.selfCoordinates(),
            "ON",
            "",
            "",
            ""),
        replication,
        SemiSyncFacts.NONE,
        List.of(),
        Placement.inCluster(CLUSTER),
        check);
  }
}
