package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.TestApi.Answer;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.legacy.Sample;
import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.detection.FleetView;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.replication.LocalReplicator;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tags, pools, maintenance, rules and names over a real SQLite file, on a node without Raft. */
class NoteRoutesTest {
  private static final URI OWN = URI.create("http://127.0.0.1:3000");

  @TempDir Path folder;
  private Database database;
  private LocalReplicator replicator;
  private ApiServer server;
  private String instance;
  private String cluster;
  private InstanceKey key;
  private final List<InstanceKey> forgotten = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() {
    database = Database.sqlite(folder.resolve("orchestrator.db"));
    replicator = new LocalReplicator(new SqlStateMachine(database), "n1:10008", OWN);
    database.instances().save(List.of(Sample.documented()));
    key = Sample.documented().key();
    instance = key.host() + "/" + key.port();
    cluster = Sample.documented().placement().clusterName();
    Clock clock = Clock.systemUTC();
    Analyzer analyzer =
        new Analyzer(
            new AnalysisPolicy(
                Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(10)));
    ApiServices services =
        new ApiServices(
            database,
            new FleetView(database, analyzer, clock),
            (_, _) -> Sample.documented(),
            forgotten::add,
            (_, _) -> false,
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

  private String get(String path) {
    Answer answer = TestApi.get(server, "/api/" + path);
    assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(200);
    return answer.body();
  }

  private String failed(String path) {
    Answer answer = TestApi.get(server, "/api/" + path);
    assertThat(answer.status()).as("%s: %s", path, answer.body()).isEqualTo(500);
    return answer.body();
  }

  private String keyJson() {
    return "{\"Hostname\":\"" + key.host() + "\",\"Port\":" + key.port() + "}";
  }

  @Test
  void tags() {
    assertThat(get("tag/" + instance + "?tag=role%3Dbackup%0A")).contains(keyJson());
    get("tag/" + instance + "?tag=rack");
    get("tag/" + instance + "/zone/a");
    assertThat(get("tags/" + instance)).isEqualTo("[\"rack=\",\"role=backup\",\"zone=a\"]");
    assertThat(get("tag-value/" + instance + "/role")).isEqualTo("\"backup\"");
    assertThat(get("tag-value/" + instance + "?tag=zone%0A")).isEqualTo("\"a\"");
    assertThat(failed("tag-value/" + instance + "/none")).contains("tag none not found");
    assertThat(get("tagged?tag=role,zone%3Da%0A")).isEqualTo("[" + keyJson() + "]");
    assertThat(get("tagged/?tag=role,~zone")).isEqualTo("[]");
    assertThat(get("tagged?tag=~role%3Detl")).isEqualTo("[" + keyJson() + "]");
    assertThat(get("topology-tags/" + cluster)).contains("[rack,role=backup,zone=a]");
    assertThat(get("untag/" + instance + "?tag=role")).contains(keyJson());
    assertThat(get("untag-all?tag=zone%3Db")).contains("\"Details\":[]");
    assertThat(get("untag-all/zone/a")).contains(keyJson());
    assertThat(get("tags/" + instance)).isEqualTo("[\"rack=\"]");
    assertThat(failed("untag-all?tag=rack")).contains("needs a value");
    assertThat(failed("tag/" + instance + "?tag=~rack")).contains("no ~ in front");
    assertThat(failed("tag/" + instance)).contains("name a tag");
  }

  @Test
  void pools() {
    assertThat(get("submit-pool-instances/readers?instances=" + key + ",gone:3306%0A"))
        .contains("\"Details\":\"readers\"");
    assertThat(get("cluster-pool-instances/" + cluster))
        .contains("\"Details\":{\"readers\":[" + keyJson() + "]}");
    assertThat(get("cluster-pool-instances/" + cluster + "/other")).contains("\"Details\":{}");
    assertThat(get("heuristic-cluster-pool-instances/" + cluster + "/")).contains("healthy pooled");
    assertThat(get("heuristic-cluster-pool-lag/" + cluster + "/readers")).contains("Highest lag");
    get("submit-pool-instances/readers?instances=");
    assertThat(get("cluster-pool-instances/" + cluster)).contains("\"Details\":{}");
  }

  @Test
  void maintenance() {
    assertThat(get("begin-maintenance/" + instance + "/ann/disk%0A")).contains(keyJson());
    assertThat(failed("begin-maintenance/" + instance + "/bob/disk"))
        .contains("is in maintenance by ann until");
    assertThat(get("in-maintenance/" + instance))
        .contains("\"Message\":\"true\"", "\"Details\":\"" + key + "\"");
    assertThat(get("maintenance"))
        .startsWith("[{\"MaintenanceId\":1,\"Key\":" + keyJson() + ",\"BeginTimestamp\":")
        .contains("\"IsActive\":true,\"Owner\":\"ann\",\"Reason\":\"disk\"");
    assertThat(get("end-maintenance/7")).contains("\"Details\":7");
    get("end-maintenance/" + instance);
    assertThat(get("maintenance")).isEqualTo("[]");
    assertThat(get("in-maintenance/" + instance)).contains("\"Message\":\"false\"");
    assertThat(failed("end-maintenance/x")).contains("is not the number of a maintenance");
  }

  @Test
  void rulesNamesAndAliases() {
    assertThat(get("register-candidate/" + instance + "/prefer%0A")).contains(keyJson());
    assertThat(failed("register-candidate/" + instance + "/must")).contains("no promotion rule");
    get("register-hostname-unresolve/" + instance + "/vip.shop");
    assertThat(get("instance/" + instance))
        .contains("\"IsCandidate\":true,\"PromotionRule\":\"prefer\"")
        .contains("\"UnresolvedHostname\":\"vip.shop\"");
    get("deregister-hostname-unresolve/" + instance);
    assertThat(database.unresolves().all()).isEmpty();
    get("set-cluster-alias/" + cluster + "?alias=chosen%0A");
    assertThat(get("cluster-info/alias/chosen")).contains("\"ClusterAlias\":\"chosen\"");
  }

  @Test
  void aClusterWithPseudoGtidSaysSo() {
    assertThat(get("instance/" + instance)).contains("\"UsingPseudoGTID\":false");
    replicator.submit(new Command.RaiseFormat(3), Duration.ofSeconds(5));
    String name = Sample.documented().placement().clusterName();
    replicator.submit(new Command.InjectedPseudoGtid(name), Duration.ofSeconds(5));
    assertThat(get("instance/" + instance)).contains("\"UsingPseudoGTID\":true");
  }

  @Test
  void primariesBecomeKeysAndValues() {
    String uuid = Sample.documented().server().uuid();
    replicator.submit(new Command.RegisterCluster("c1", uuid, key, "shop"), Duration.ofSeconds(5));
    get("set-cluster-alias/" + cluster + "?alias=shop");
    assertThat(get("submit-masters-to-kv-stores/"))
        .contains("{\"Key\":\"mysql/master/shop\",\"Value\":\"" + key + "\"}")
        .contains("{\"Key\":\"mysql/master/shop/hostname\",\"Value\":\"" + key.host() + "\"}");
    assertThat(database.keyValues().find("mysql/master/shop/port"))
        .contains(Integer.toString(key.port()));
    assertThat(get("submit-masters-to-kv-stores/shop")).contains("mysql/master/shop");
  }

  @Test
  void aClusterIsForgotten() {
    get("forget-cluster/" + cluster);
    assertThat(forgotten).containsExactly(key);
    assertThat(database.instances().all()).isEmpty();
  }
}
