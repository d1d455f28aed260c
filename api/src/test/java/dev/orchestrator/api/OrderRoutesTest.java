package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.TestApi.Answer;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.detection.FleetView;
import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.recovery.RecoveryConfig;
import dev.orchestrator.probe.recovery.RecoverySupervisor;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.CheckTimes;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Orders over HTTP, given to a real supervisor over a real database: the answer's status, envelope
 * and what is on record afterwards. The three servers are known, but nobody listens there.
 */
class OrderRoutesTest {
  private static final URI OWN = URI.create("http://127.0.0.1:3000");
  private static final String CLUSTER = "127.0.80.1:3306";
  private static final Clock CLOCK = Clock.systemUTC();

  @TempDir Path folder;
  private Database database;
  private RecoverySupervisor supervisor;
  private ScriptedReplicator log;
  private ApiServer server;

  @BeforeEach
  void start() {
    database = Database.sqlite(folder.resolve("orchestrator.db"));
    LocalReplicator replicator =
        new LocalReplicator(new SqlStateMachine(database), "n1:10008", OWN);
    log = new ScriptedReplicator(replicator);
    for (int n = 1; n <= 3; n++) {
      database.instances().save(List.of(known(n)));
    }
    log.submit(new Command.RegisterCluster("c0ffee", uuid(1), key(1), ""), Duration.ofSeconds(10));
    FleetConnector connector =
        new FleetConnector(
            new FleetAccess(
                "nobody", "", Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)));
    supervisor =
        new RecoverySupervisor(
            new RecoveryConfig(
                List.of(),
                Duration.ofHours(1),
                Duration.ofHours(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                "bash",
                Map.of(),
                true,
                "n1:10008",
                "here"),
            connector,
            database,
            log,
            replicator,
            CLOCK,
            _ -> {});
    Analyzer analyzer =
        new Analyzer(
            new AnalysisPolicy(
                Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(10)));
    ApiServices services =
        new ApiServices(
            database,
            new FleetView(database, analyzer, CLOCK),
            (_, _) -> known(1),
            _ -> {},
            (_, _) -> false,
            supervisor::orders,
            log,
            replicator,
            Optional::empty,
            TestApi.noReload(),
            CLOCK);
    server = TestApi.start(TestApi.config("", OWN), services);
  }

  @AfterEach
  void stop() {
    server.close();
    supervisor.close();
    database.close();
  }

  @Test
  void aDryRunAnswersWithThePlanAndWritesNothingDown() {
    JsonNode answer =
        ask(200, "graceful-master-takeover-auto/" + CLUSTER + "/127.0.80.2/3306?dryRun=true");
    assertThat(answer.get("Code").asString()).isEqualTo("OK");
    assertThat(answer.get("Message").asString())
        .isEqualTo("graceful-master-takeover-auto: dry run: 127.0.80.2:3306 would be promoted");
    JsonNode plan = answer.get("Details");
    assertThat(plan.get("Possible").asBoolean()).isTrue();
    assertThat(plan.get("Reasons")).isEmpty();
    assertThat(plan.get("Primary").get("Hostname").asString()).isEqualTo("127.0.80.1");
    assertThat(plan.get("SuccessorKey").get("Port").asInt()).isEqualTo(3306);
    assertThat(plan.get("Steps").toString()).contains("FENCE_PRIMARY", "SET_WRITABLE");
    assertThat(recoveries()).isEmpty();
  }

  @Test
  void aDryRunOfWhatWouldBeRefusedFailsWithTheReasons() {
    JsonNode answer = ask(500, "graceful-master-takeover/" + CLUSTER + "?dryRun=true");
    assertThat(answer.get("Code").asString()).isEqualTo("ERROR");
    assertThat(answer.get("Details").get("Possible").asBoolean()).isFalse();
    assertThat(answer.get("Details").get("Reasons").get(0).asString()).contains("name the one");
    assertThat(answer.get("Message").asString())
        .contains(answer.get("Details").get("Reasons").get(0).asString());
    assertThat(ask(500, "graceful-master-takeover/" + CLUSTER + "?dryRun=perhaps").toString())
        .contains("dryRun is true or false");
    assertThat(recoveries()).isEmpty();
  }

  @Test
  void aRefusalSaysEveryReasonAndThatNothingWasTouched() {
    database.instances().save(List.of(gone(2), gone(3)));
    JsonNode answer = ask(500, "graceful-master-takeover/127.0.80.1/3306/127.0.80.2/3306");
    assertThat(answer.get("Code").asString()).isEqualTo("ERROR");
    assertThat(answer.get("Message").asString())
        .startsWith("graceful-master-takeover: refused, nothing was touched: ")
        .contains("127.0.80.2:3306 cannot be visited")
        .contains("only 0 of 1 other replicas can follow");
    assertThat(recoveries()).isEmpty();
  }

  @Test
  void aTakeoverThatSucceedsAnswersWithTheRecovery() {
    log.promoting = Optional.of(key(2));
    JsonNode answer = ask(200, "graceful-master-takeover-auto/" + CLUSTER + "/127.0.80.2/3306");
    assertThat(answer.get("Code").asString()).isEqualTo("OK");
    assertThat(answer.get("Message").asString())
        .isEqualTo("graceful-master-takeover-auto: successor promoted");
    assertThat(answer.get("Details").get("SuccessorKey").get("Hostname").asString())
        .isEqualTo("127.0.80.2");
    assertThat(recoveries().getFirst().subject().command())
        .isEqualTo("graceful-master-takeover-auto 127.0.80.2:3306");
  }

  @Test
  void aTakeoverThatEndsWithoutASuccessorAnswersWithWhatWentWrong() {
    JsonNode answer = ask(500, "graceful-master-takeover-auto/" + CLUSTER + "/127.0.80.2/3306");
    assertThat(answer.get("Code").asString()).isEqualTo("ERROR");
    assertThat(answer.get("Message").asString())
        .startsWith("graceful-master-takeover-auto: no successor promoted: ");
    assertThat(answer.get("Details").get("IsSuccessful").asBoolean()).isFalse();
  }

  @Test
  void aForcedFailoverAnswersByItsEnd() {
    JsonNode failed = ask(500, "force-master-failover/" + CLUSTER);
    assertThat(failed.get("Code").asString()).isEqualTo("ERROR");
    assertThat(failed.get("Message").asString())
        .startsWith("Master not failed over: ")
        .contains("NoReplicaRead");
    log.promoting = Optional.of(key(3));
    JsonNode done = ask(200, "force-master-failover/127.0.80.1/3306");
    assertThat(done.get("Code").asString()).isEqualTo("OK");
    assertThat(done.get("Message").asString()).isEqualTo("Master failed over");
    assertThat(done.get("Details").get("SuccessorKey").get("Hostname").asString())
        .isEqualTo("127.0.80.3");
  }

  @Test
  void whoAcceptsALossIsOnRecord() {
    JsonNode answer =
        ask(500, "force-master-takeover/" + CLUSTER + "/127.0.80.2/3306?acceptLossBy=ann@example");
    assertThat(answer.get("Message").asString()).startsWith("Master not failed over: ");
    assertThat(recoveries())
        .singleElement()
        .satisfies(
            recovery ->
                assertThat(recovery.subject().command())
                    .isEqualTo("force-master-takeover 127.0.80.2:3306 accept-loss-by=ann@example"));
  }

  @Test
  void acceptingALossIsRefusedWhereItMeansNothing() {
    assertThat(ask(500, "force-master-failover/" + CLUSTER + "?acceptLossBy=ann").toString())
        .contains("acceptLossBy is for force-master-takeover only");
    String forced = "force-master-takeover/" + CLUSTER + "/127.0.80.2/3306?acceptLossBy=";
    assertThat(ask(500, forced + "a%20b").toString()).contains("acceptLossBy is a name");
    assertThat(recoveries()).isEmpty();
  }

  @Test
  void anOrderThatMayOrMayNotBeWrittenDownIs504() {
    log.unknown = true;
    JsonNode answer = ask(504, "force-master-failover/" + CLUSTER);
    assertThat(answer.get("Code").asString()).isEqualTo("ERROR");
  }

  private JsonNode ask(int status, String path) {
    Answer answer = TestApi.get(server, "/api/" + path);
    assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(status);
    assertThat(answer.field("Content-Type")).startsWith("application/json");
    JsonNode json = JsonMapper.builder().build().readTree(answer.body());
    assertThat(json.propertyNames()).containsExactly("Code", "Message", "Details");
    return json;
  }

  private List<Recovery> recoveries() {
    return database.recoveries().newest(false, 0, 10);
  }

  private static InstanceKey key(int n) {
    return new InstanceKey("127.0.80." + n, 3306);
  }

  private static String uuid(int n) {
    return String.format("%08d-0000-0000-0000-000000000000", n);
  }

  private static Instance gone(int n) {
    Instant now = CLOCK.instant();
    return known(n)
        .withCheck(
            new CheckTimes(
                now, now, now.minusSeconds(60), false, Duration.ZERO, "connection refused"));
  }

  /** Server 1 is the writable primary, the others follow it. */
  private static Instance known(int n) {
    boolean primary = n == 1;
    Instant now = CLOCK.instant();
    return new Instance(
        key(n),
        new ServerFacts(
            uuid(n),
            n,
            "8.0.33",
            "",
            3600,
            !primary,
            !primary,
            "ROW",
            "FULL",
            true,
            true,
            BinlogCoordinates.NONE,
            "ON",
            uuid(1) + ":1-10",
            "",
            ""),
        primary ? ReplicationFacts.NONE : replication(),
        SemiSyncFacts.NONE,
        List.of(),
        Placement.inCluster(CLUSTER),
        new CheckTimes(now, now, now, false, Duration.ZERO, ""));
  }

  private static ReplicationFacts replication() {
    return new ReplicationFacts(
        key(1),
        uuid(1),
        ReplicaThreadState.RUNNING,
        ReplicaThreadState.RUNNING,
        BinlogCoordinates.NONE,
        BinlogCoordinates.NONE,
        BinlogCoordinates.NONE,
        "",
        "",
        "",
        OptionalLong.of(0),
        OptionalLong.of(0),
        0,
        true,
        "repl",
        true,
        false,
        false);
  }

  /** A log that can end a recovery as soon as it begins, or leave open what became of it. */
  private static final class ScriptedReplicator implements Replicator {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final Replicator inner;
    volatile Optional<InstanceKey> promoting = Optional.empty();
    volatile boolean unknown;

    ScriptedReplicator(Replicator inner) {
      this.inner = inner;
    }

    @Override
    public Outcome submit(Command command, Duration timeout) {
      if (!(command instanceof Command.StartRecovery start)) {
        return inner.submit(command, timeout);
      }
      if (unknown) {
        return new Outcome.Unknown("the leader was lost");
      }
      Outcome outcome = inner.submit(command, timeout);
      promoting.ifPresent(
          key ->
              inner.submit(
                  new Command.EndRecovery(
                      start.uid(),
                      start.term(),
                      new Recovery.Ending(
                          true,
                          Optional.of(key),
                          uuid(9),
                          List.of(),
                          List.of(key),
                          List.of(),
                          "none",
                          CLOCK.instant())),
                  LIMIT));
      return outcome;
    }
  }
}
