package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.TestApi.Answer;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.detection.FleetView;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.CheckTimes;
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
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every noun over a real SQLite file, on a node without Raft. */
class RoutesTest {
  private static final URI OWN = URI.create("http://127.0.0.1:3000");
  private static final InstanceKey DB1 = new InstanceKey("db1.example", 3306);
  private static final InstanceKey DB2 = new InstanceKey("db2.example", 3306);
  private static final InstanceKey OTHER = new InstanceKey("ignored.example", 3307);

  @TempDir Path folder;
  private Database database;
  private LocalReplicator replicator;
  private ApiServer server;
  private final List<InstanceKey> forgotten = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() {
    database = Database.sqlite(folder.resolve("orchestrator.db"));
    replicator = new LocalReplicator(new SqlStateMachine(database), "n1:10008", OWN);
    Clock clock = Clock.systemUTC();
    Analyzer analyzer =
        new Analyzer(
            new AnalysisPolicy(
                Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(10)));
    ApiServices services =
        new ApiServices(
            database,
            new FleetView(database, analyzer, clock),
            (key, _) -> visit(key),
            forgotten::add,
            (_, alias) -> alias.equals("alpha"),
            TestApi.noOrders(),
            replicator,
            replicator,
            Optional::empty,
            TestApi.noReload(),
            clock);
    server = TestApi.start(TestApi.config("", OWN), services);
  }

  @AfterEach
  void stop() {
    server.close();
    database.close();
  }

  private Instance visit(InstanceKey key) {
    if (key.host().startsWith("gone")) {
      throw new ProbeException("cannot connect to " + key);
    }
    Instance seen = instance(key, InstanceKey.NONE, key.toString(), "", false);
    database.instances().save(List.of(seen));
    return seen;
  }

  private static Instance instance(
      InstanceKey key, InstanceKey source, String cluster, String alias, boolean readOnly) {
    boolean replica = source.isReal();
    ReplicaThreadState thread = replica ? ReplicaThreadState.RUNNING : ReplicaThreadState.NO_THREAD;
    Instant now = Instant.now();
    return new Instance(
        key,
        new ServerFacts(
            "uuid-" + key.host(),
            100 + key.port(),
            "8.0.36",
            "",
            60,
            readOnly,
            readOnly,
            "ROW",
            "FULL",
            true,
            true,
            BinlogCoordinates.NONE,
            "ON",
            "",
            "",
            ""),
        new ReplicationFacts(
            source,
            "",
            thread,
            thread,
            BinlogCoordinates.NONE,
            BinlogCoordinates.NONE,
            BinlogCoordinates.NONE,
            "",
            "",
            "",
            replica ? OptionalLong.of(0) : OptionalLong.empty(),
            replica ? OptionalLong.of(0) : OptionalLong.empty(),
            0,
            replica,
            "repl",
            false,
            false,
            false),
        SemiSyncFacts.NONE,
        List.of(),
        new Placement(cluster, alias, replica ? 1 : 0, false, "dc1", "", "", ""),
        new CheckTimes(now, now, now, false, Duration.ofMillis(3), ""));
  }

  private void saveCluster() {
    database
        .instances()
        .save(
            List.of(
                instance(DB1, InstanceKey.NONE, DB1.toString(), "alpha", false),
                instance(DB2, DB1, DB1.toString(), "alpha", true)));
  }

  private Answer get(String path) {
    return TestApi.get(server, "/api/" + path);
  }

  private String body(String path) {
    Answer answer = get(path);
    assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(200);
    return answer.body();
  }

  private String error(String path) {
    Answer answer = get(path);
    assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(500);
    assertThat(answer.body()).startsWith("{\"Code\":\"ERROR\",\"Message\":\"");
    return answer.body();
  }

  @Test
  void emptyFleetIsNullWhereItAlwaysWasAndAnEmptyListElsewhere() {
    for (String path : List.of("clusters", "masters", "problems", "problems/x")) {
      assertThat(body(path)).as(path).isEqualTo("null");
    }
    for (String path :
        List.of(
            "clusters-info",
            "all-instances",
            "search?s=x",
            "downtimed",
            "downtimed/",
            "audit-recovery",
            "audit-recovery?unacknowledged=true",
            "audit-recovery/0",
            "audit-recovery/x",
            "audit-recovery/-1",
            "audit-recovery/id/1",
            "audit-recovery/uid/1:ab",
            "audit-recovery/cluster/x",
            "audit-recovery/cluster/x/1",
            "audit-recovery/alias/x",
            "audit-recovery/alias/x/1",
            "audit-recovery-steps/1:ab",
            "audit-failure-detection",
            "audit-failure-detection/1",
            "audit-failure-detection/id/1",
            "audit-failure-detection/alias/x",
            "audit-failure-detection/alias/x/1",
            "active-cluster-recovery/x",
            "tags/db1/3306",
            "instance-replicas/db1/3306")) {
      assertThat(body(path)).as(path).isEqualTo("[]");
    }
  }

  @Test
  void instanceIsFoundByNamePartOfItAndRefusedOtherwise() {
    saveCluster();
    assertThat(body("instance/db1.example/3306"))
        .startsWith("{\"Key\":{\"Hostname\":\"db1.example\",\"Port\":3306},");
    assertThat(body("instance/db2/3306")).contains("\"Hostname\":\"db2.example\"");
    assertThat(error("instance/db/3306")).contains("Cannot read instance: db:3306");
    assertThat(error("instance/db2/3307")).contains("Cannot read instance: db2:3307");
    assertThat(error("instance/db2/x")).contains("Invalid port: x");
    assertThat(error("instance/db2/70000")).contains("Invalid port: 70000");
    assertThat(body("instance-replicas/db1/3306")).contains("\"Hostname\":\"db2.example\"");
  }

  @Test
  void clusterIsFoundByNameAliasMemberAndPartOfAMember() {
    saveCluster();
    String info =
        "{\"ClusterName\":\"db1.example:3306\",\"ClusterAlias\":\"alpha\",\"ClusterDomain\":\"\","
            + "\"CountInstances\":2,\"HeuristicLag\":0,\"HasAutomatedMasterRecovery\":true,"
            + "\"HasAutomatedIntermediateMasterRecovery\":false}";
    for (String hint :
        List.of(
            "db1.example:3306", "alpha", "db2.example:3306", "db2.example", "db2", "db2:3306")) {
      assertThat(body("cluster-info/" + hint)).as(hint).isEqualTo(info);
    }
    assertThat(body("cluster-info/alias/alpha")).isEqualTo(info);
    assertThat(body("clusters-info")).isEqualTo("[" + info + "]");
    assertThat(body("clusters")).isEqualTo("[\"db1.example:3306\"]");
    assertThat(error("cluster-info/nosuch"))
        .contains("Unable to determine cluster name. clusterHint=nosuch");
    assertThat(error("cluster-info/db")).contains("clusterHint=db");
    assertThat(error("cluster/alias/nosuch")).contains("nosuch");
    assertThat(error("cluster/instance/nosuch/3306")).contains("nosuch:3306");
    for (String path :
        List.of("cluster/alpha", "cluster/alias/alpha", "cluster/instance/db2/3306")) {
      assertThat(body(path)).contains("db1.example", "db2.example");
    }
  }

  @Test
  void primaryIsTheWritableRoot() {
    saveCluster();
    assertThat(body("master/alpha")).startsWith("{\"Key\":{\"Hostname\":\"db1.example\"");
    assertThat(body("masters")).startsWith("[{\"Key\":{\"Hostname\":\"db1.example\"");
    database
        .instances()
        .save(List.of(instance(DB1, InstanceKey.NONE, DB1.toString(), "alpha", true)));
    assertThat(body("master/alpha")).startsWith("{\"Key\":{\"Hostname\":\"db1.example\"");
    assertThat(body("masters")).isEqualTo("null");
  }

  @Test
  void treeIsInTheEnvelope() {
    saveCluster();
    assertThat(body("topology/alpha"))
        .isEqualTo(
            "{\"Code\":\"OK\",\"Message\":\"Topology for cluster db1.example:3306\",\"Details\":"
                + "\"db1.example:3306   [0s,ok,8.0.36,rw,ROW,\\u003e\\u003e,GTID]\\n"
                + "+ db2.example:3306 [0s,ok,8.0.36,ro,ROW,\\u003e\\u003e,GTID]\"}");
    assertThat(body("topology/db2/3306")).isEqualTo(body("topology/alpha"));
    assertThat(body("topology-tabulated/alpha")).contains("+ db2.example:3306|0s|ok|8.0.36|ro|");
    assertThat(body("topology-tabulated/db2/3306")).isEqualTo(body("topology-tabulated/alpha"));
  }

  @Test
  void searchLooksAtNamesVersionsAndNumbers() {
    saveCluster();
    for (String text : List.of("DB2.", "3306", "3406", "alpha", "8.0.3", "db2%0A", "%20db2")) {
      assertThat(body("search?s=" + text)).as(text).contains("\"Hostname\":\"db2.example\"");
      assertThat(body("search/" + text)).as(text).contains("\"Hostname\":\"db2.example\"");
    }
    assertThat(body("search?s=nosuch")).isEqualTo("[]");
    assertThat(body("all-instances")).isEqualTo(body("search"));
  }

  @Test
  void downtimeBeginsShowsAndEnds() {
    saveCluster();
    assertThat(body("begin-downtime/db2/3306/me%0A/no%20reason%0A/1h"))
        .isEqualTo(
            "{\"Code\":\"OK\",\"Message\":\"Instance now in downtime: db2.example:3306\","
                + "\"Details\":{\"Hostname\":\"db2.example\",\"Port\":3306}}");
    assertThat(body("downtimed"))
        .contains("\"IsDowntimed\":true,\"DowntimeReason\":\"no reason\",\"DowntimeOwner\":\"me\"");
    assertThat(body("downtimed/alpha")).contains("db2.example");
    assertThat(body("end-downtime/db2/3306")).contains("Instance downtime ended: db2.example:3306");
    assertThat(body("end-downtime/db2/3306")).contains("\"Code\":\"OK\"");
    assertThat(body("downtimed")).isEqualTo("[]");
  }

  @Test
  void downtimeWithoutDurationLastsTenMinutes() {
    saveCluster();
    body("begin-downtime/db2/3306/me/why");
    assertThat(database.downtimes().find(DB2))
        .hasValueSatisfying(
            downtime ->
                assertThat(Duration.between(downtime.beginsAt(), downtime.endsAt()))
                    .isEqualTo(Duration.ofMinutes(10)));
  }

  @Test
  void durationHasOneForm() {
    for (String bad :
        List.of("10", "h", "-1h", "1.5h", "1y", "10%20m", "0s", "9999999999999w", "101000w")) {
      error("begin-downtime/db2.example/3306/me/why/" + bad);
    }
    for (String good : List.of("1s", "2m", "3h", "4d", "5w", "5w%0A")) {
      body("begin-downtime/db2.example/3306/me/why/" + good);
    }
    assertThat(error("begin-downtime/h/1/me/why/10")).contains("Cannot parse simple time: 10");
  }

  @Test
  void ownerAndReasonOfBlanksAreRefused() {
    error("begin-downtime/db2.example/3306/%0A/why/1h");
    error("begin-downtime/db2.example/3306/me/%20/1h");
  }

  @Test
  void discoverTellsWhatItSawAndForgetForgets() {
    assertThat(body("discover/db1.example/3306"))
        .startsWith(
            "{\"Code\":\"OK\",\"Message\":\"Instance discovered: db1.example:3306\","
                + "\"Details\":{\"Key\":{\"Hostname\":\"db1.example\",\"Port\":3306},");
    assertThat(database.seeds().all()).containsExactly(DB1);
    assertThat(body("refresh/db1/3306")).contains("Instance refreshed: db1.example:3306");
    assertThat(body("async-discover/db9/3306"))
        .isEqualTo(
            "{\"Code\":\"OK\",\"Message\":\"Asynchronous discovery initiated for Instance:"
                + " db9:3306\",\"Details\":null}");
    assertThat(error("discover/gone/3306")).contains("cannot connect to gone:3306");
    assertThat(database.seeds().all()).doesNotContain(new InstanceKey("gone", 3306));
    assertThat(error("forget/db1/3306")).contains("Instance not known: db1:3306");
    assertThat(body("forget/db1.example/3306")).contains("\"Hostname\":\"db1.example\"");
    assertThat(forgotten).contains(DB1);
    assertThat(body("all-instances")).isEqualTo("[]");
    assertThat(error("forget/db1.example/3306")).contains("Instance not known");
  }

  @Test
  void discoverTakesANameThatIsPartOfAKnownOne() {
    body("discover/db10/3306");
    assertThat(body("discover/db1/3306")).contains("Instance discovered: db1:3306");
  }

  @Test
  void problemsLeaveOutDowntimedAndIgnored() {
    saveCluster();
    assertThat(body("problems")).isEqualTo("null");
    CheckTimes failed =
        new CheckTimes(
            Instant.now(), Instant.now(), Instant.EPOCH, false, Duration.ZERO, "no route");
    database.instances().saveCheck(DB2, failed);
    database.instances().saveCheck(OTHER, failed);
    assertThat(body("problems")).contains("db2.example").doesNotContain("ignored.example");
    assertThat(body("problems/db1.example:3306")).contains("last_check_invalid");
    assertThat(body("problems/nosuch")).isEqualTo("null");
    body("begin-downtime/db2/3306/me/why/1h");
    assertThat(body("problems")).isEqualTo("null");
  }

  @Test
  void globalRecoveriesSwitch() {
    assertThat(body("check-global-recoveries")).contains("\"Details\":\"enabled\"");
    assertThat(body("disable-global-recoveries")).contains("\"Details\":\"disabled\"");
    assertThat(body("check-global-recoveries")).contains("\"Details\":\"disabled\"");
    assertThat(body("enable-global-recoveries")).contains("\"Details\":\"enabled\"");
    assertThat(body("check-global-recoveries"))
        .isEqualTo(
            "{\"Code\":\"OK\",\"Message\":\"Global recoveries enabled\",\"Details\":\"enabled\"}");
    assertThat(body("automated-recovery-filters"))
        .contains(
            "{\"RecoverMasterClusterFilters\":[\".*\"],"
                + "\"RecoverIntermediateMasterClusterFilters\":[],"
                + "\"RecoveryIgnoreHostnameFilters\":[\"lab\"]}");
  }

  private void submit(Command command) {
    assertThat(replicator.submit(command, Duration.ofSeconds(5)))
        .as(command.name())
        .matches(Outcome::accepted);
  }

  /** A recovery that ran under the cluster's former name and ended. */
  private void recover(String uid, boolean end) {
    submit(
        new Command.RegisterDetection(
            DB1, "db1.example:3306", "alpha", "DeadMaster", "gone", List.of(DB2), true, "n1"));
    submit(
        new Command.StartRecovery(
            uid,
            new Recovery.Subject(
                "DEAD_PRIMARY",
                "c1",
                "db1.example:3306",
                "alpha",
                DB1,
                "uuid-1",
                "DeadMaster",
                "gone",
                List.of(DB2),
                List.of("uuid-1", "uuid-2"),
                1,
                ""),
            0,
            "n1",
            3_600,
            true));
    submit(
        new Command.PlanSteps(
            uid,
            0,
            List.of(RecoveryStep.planned(1, "PROMOTE", DB2, "uuid-2", Map.of(), "only one"))));
    if (end) {
      submit(
          new Command.EndRecovery(
              uid,
              0,
              new Recovery.Ending(
                  true,
                  Optional.of(DB2),
                  "uuid-2",
                  List.of(),
                  List.of(DB2),
                  List.of(),
                  "lost: none",
                  Instant.EPOCH)));
    }
  }

  @Test
  void recoveryIsListedInEveryWay() {
    recover("1763:ab", true);
    String recovery = body("audit-recovery");
    assertThat(recovery).startsWith("[{\"Id\":1,\"UID\":\"1763:ab\",");
    for (String path :
        List.of(
            "audit-recovery/0",
            "audit-recovery?unacknowledged=true",
            "audit-recovery/id/1",
            "audit-recovery/uid/1763:ab",
            "audit-recovery/uid/1763%3Aab",
            "audit-recovery/cluster/db1.example:3306",
            "audit-recovery/cluster/db1.example:3306/0",
            "audit-recovery/alias/alpha",
            "audit-recovery/alias/alpha/0")) {
      assertThat(body(path)).as(path).isEqualTo(recovery);
    }
    for (String path :
        List.of("audit-recovery/1", "audit-recovery/id/2", "audit-recovery/alias/alpha/1")) {
      assertThat(body(path)).as(path).isEqualTo("[]");
    }
    error("audit-recovery/id/x");
    assertThat(body("active-cluster-recovery/db1.example:3306")).isEqualTo("[]");
    assertThat(body("audit-recovery-steps/1763:ab"))
        .contains("\"Id\":1,\"RecoveryUID\":\"1763:ab\"", "PROMOTE db2.example:3306: only one");
    String detection = body("audit-failure-detection");
    assertThat(detection).contains("\"Analysis\":\"DeadMaster\"", "\"RelatedRecoveryId\":1");
    for (String path :
        List.of(
            "audit-failure-detection/0",
            "audit-failure-detection/id/1",
            "audit-failure-detection/alias/alpha",
            "audit-failure-detection/alias/alpha/0")) {
      assertThat(body(path)).as(path).isEqualTo(detection);
    }
  }

  @Test
  void runningRecoveryIsActive() {
    recover("1763:ab", false);
    assertThat(body("active-cluster-recovery/db1.example:3306")).contains("\"IsActive\":true");
    assertThat(body("active-cluster-recovery/alpha")).isEqualTo("[]");
  }

  @Test
  void acknowledgementNeedsAComment() {
    for (String path :
        List.of(
            "ack-recovery/1",
            "ack-recovery/1?comment=%0A",
            "ack-recovery/uid/1763:ab",
            "ack-recovery/cluster/alpha",
            "ack-recovery/cluster/alias/alpha",
            "ack-recovery/instance/db1/3306",
            "ack-all-recoveries")) {
      assertThat(error(path)).as(path).contains("No acknowledge comment given");
    }
  }

  @Test
  void recoveryIsAcknowledgedById() {
    acknowledges("ack-recovery/1?comment=seen%0A", "\"Details\":\"1\"");
  }

  @Test
  void recoveryIsAcknowledgedByUidEitherWay() {
    acknowledges("ack-recovery/1763:ab?comment=seen%0A", "\"Details\":\"1763:ab\"");
  }

  @Test
  void recoveryIsAcknowledgedByUid() {
    acknowledges("ack-recovery/uid/1763:ab?comment=seen", "\"Details\":\"1763:ab\"");
  }

  @Test
  void recoveryIsAcknowledgedByInstance() {
    acknowledges(
        "ack-recovery/instance/db1.example/3306?comment=seen", "\"Hostname\":\"db1.example\"");
  }

  @Test
  void recoveryIsAcknowledgedWithAllOthers() {
    acknowledges("ack-all-recoveries?comment=seen", "\"Details\":\"seen\"");
  }

  @Test
  void recoveryIsAcknowledgedByTheClustersOldName() {
    acknowledges(
        "ack-recovery/cluster/db1.example:3306?comment=seen", "\"Details\":\"db1.example:3306\"");
  }

  @Test
  void recoveryIsAcknowledgedByAliasAfterTheClusterGotANewName() {
    database
        .instances()
        .save(List.of(instance(DB2, InstanceKey.NONE, DB2.toString(), "alpha", false)));
    acknowledges("ack-recovery/cluster/alpha?comment=seen", "\"Details\":\"db2.example:3306\"");
  }

  @Test
  void recoveryIsAcknowledgedByAliasPath() {
    saveCluster();
    acknowledges(
        "ack-recovery/cluster/alias/alpha?comment=seen", "\"Details\":\"db1.example:3306\"");
  }

  private void acknowledges(String path, String details) {
    recover("1763:ab", true);
    assertThat(body(path)).contains("\"Code\":\"OK\"", details);
    assertThat(body("audit-recovery?unacknowledged=true")).isEqualTo("[]");
    assertThat(body("audit-recovery"))
        .contains(
            "\"Acknowledged\":true",
            "\"AcknowledgedBy\":\"orchestrator\",\"AcknowledgedComment\":\"seen\"");
  }

  @Test
  void healthProvesTheBackend() {
    assertThat(body("health"))
        .startsWith(
            "{\"Code\":\"OK\",\"Message\":\"Application node is healthy\",\"Details\":"
                + "{\"Healthy\":true,\"Hostname\":\"box1\",\"Token\":\"")
        .contains(
            "\"IsActiveNode\":true,\"ActiveNode\":{\"Hostname\":\"box1\"",
            "\"DBBackend\":\"sqlite3\"",
            "\"RaftLeader\":\"\",\"IsRaftLeader\":false,\"RaftLeaderURI\":\"\","
                + "\"RaftAdvertise\":\"\",\"RaftHealthyMembers\":null,");
    assertThat(body("status/")).startsWith("{\"Code\":\"OK\"");
  }

  @Test
  void lostBackendIsAnUnhealthyNode() {
    database.close();
    Answer answer = get("health");
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body()).contains("Application node is unhealthy", "\"Healthy\":false");
    error("clusters");
    assertThat(get("lb-check").status()).isEqualTo(200);
  }
}
