package dev.orchestrator.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.probe.recovery.PromotionPolicy;
import dev.orchestrator.probe.recovery.ReplicaPolicy;
import dev.orchestrator.store.sql.MySqlBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LegacyConfigReaderTest {
  private static final String RAFT =
      """
      {
        "RaftEnabled": true,
        "RaftDataDir": "/var/lib/orchestrator",
        "RaftBind": "node2.example.com",
        "DefaultRaftPort": 10008,
        "RaftNodes": ["node3.example.com", "node1.example.com", "node2.example.com"],
        "BackendDB": "sqlite",
        "SQLite3DataFile": "/var/lib/orchestrator/orchestrator.db"
      """;

  @TempDir Path folder;

  @Test
  void readsTheDocumentedRaftSettings() throws Exception {
    NodeConfig config = read(RAFT + "}");
    assertThat(config.name()).isEqualTo("node2.example.com:10008");
    NodeConfig.Raft raft = config.raft().orElseThrow();
    assertThat(raft.members())
        .containsExactly(
            "node1.example.com:10008", "node2.example.com:10008", "node3.example.com:10008");
    assertThat(raft.dataDir()).isEqualTo(Path.of("/var/lib/orchestrator"));
    assertThat(config.http().advertised()).hasToString("http://node2.example.com:3000");
    assertThat(config.backend())
        .isEqualTo(new NodeConfig.Backend.Sqlite(Path.of("/var/lib/orchestrator/orchestrator.db")));
  }

  @Test
  void keysCompareWithoutCase() throws Exception {
    NodeConfig config =
        read(
            "{\"backenddb\": \"SQLite\", \"SQLITE3DATAFILE\": \"/tmp/o.db\", \"instancepollseconds\": 7}");
    assertThat(config.discovery().pollInterval()).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.raft()).isEmpty();
  }

  @Test
  void reportsUnknownAndIneffectiveKeysWithoutFailing() throws Exception {
    Settings settings =
        settings(RAFT + ", \"StatusSimpleHealth\": true, \"#\": \"note\", \"GraphiteAddr\": \"\"}");
    assertThat(settings.unknownKeys()).containsExactly("#", "StatusSimpleHealth");
    assertThat(settings.keysWithoutEffect()).containsExactly("GraphiteAddr");
    assertThat(LegacyConfigReader.read(settings).raft()).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"InstancePollSeconds\": \"5\" | InstancePollSeconds in .* must be a whole number, 0 or more, without quotes, not \"5\"",
        "\"InstancePollSeconds\": -1 | InstancePollSeconds in .* must be a whole number, 0 or more",
        "\"InstancePollSeconds\": 0 | InstancePollSeconds must be a whole number from 1 to 3600, not 0",
        "\"Debug\": \"yes\" | Debug in .* must be true or false, not \"yes\"",
        "\"RaftNodes\": \"a\" | RaftNodes in .* must be a list of texts",
        "\"RaftNodes\": [\"a\", \"b\"] | RaftNodes .* must contain this node's own name node2.example.com:10008.*",
        "\"RaftNodes\": [\"node2.example.com\", \"node2.example.com:10008\"] | RaftNodes names node2.example.com:10008 twice",
        "\"RaftBind\": \"host:99999\" | RaftBind 'host:99999' must end with a port from 1 to 65535",
        "\"RaftDataDir\": \"\" | RaftDataDir is needed when RaftEnabled is true.*",
        "\"SQLite3DataFile\": \"\" | SQLite3DataFile is needed when BackendDB is sqlite.*",
        "\"HTTPAdvertise\": \"http://h:1/x\" | HTTPAdvertise 'http://h:1/x' must be scheme://host:port without a path",
        "\"DiscoveryIgnoreHostnameFilters\": [\"(\"] | DiscoveryIgnoreHostnameFilters holds .* which is not a regular expression.*",
        "\"MySQLHostnameResolveMethod\": \"dns\" | MySQLHostnameResolveMethod must be none, @@hostname or @@report_host, not dns",
        "\"RaftElectionMinMilliseconds\": 200 | need 2 x RaftHeartbeatMilliseconds <= RaftElectionMinMilliseconds < RaftElectionMaxMilliseconds, got 150, 200, 1500",
      })
  void wrongValuesNameTheKeyAndWhatIsAllowed(String json, String message) {
    assertThatThrownBy(() -> read(RAFT + ", " + json.trim() + "}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching(message.trim() + ".*");
  }

  @Test
  void brokenJsonNamesFileAndPlace() {
    assertThatThrownBy(() -> read("{\"Debug\": true,}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("orchestrator.conf.json is not valid JSON")
        .hasMessageContaining("line 1");
  }

  @Test
  void missingFileIsNamed() {
    assertThatThrownBy(() -> ConfigFiles.read(Optional.of(folder.resolve("none.json")), folder))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.json: no such file");
  }

  @Test
  void laterFilesOfTheSearchOrderWin() throws Exception {
    Files.createDirectories(folder.resolve("conf"));
    Files.writeString(
        folder.resolve("conf/orchestrator.conf.json"),
        "{\"BackendDB\": \"sqlite\", \"SQLite3DataFile\": \"/a\", \"InstancePollSeconds\": 9}");
    Files.writeString(folder.resolve("orchestrator.conf.json"), "{\"SQLite3DataFile\": \"/b\"}");
    NodeConfig config = LegacyConfigReader.read(ConfigFiles.read(Optional.empty(), folder));
    assertThat(config.backend()).isEqualTo(new NodeConfig.Backend.Sqlite(Path.of("/b")));
    assertThat(config.discovery().pollInterval()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void passwordsNeverShow() throws Exception {
    NodeConfig config = read(RAFT + ", \"MySQLTopologyPassword\": \"s3cret\"}");
    assertThat(config.access().password()).isEqualTo("s3cret");
    assertThat(config.toString()).doesNotContain("s3cret");
  }

  @Test
  void credentialsFileOverridesTheKeys() throws Exception {
    Path file = folder.resolve("my.cnf");
    Files.write(
        file, List.of("[mysqld]", "user=wrong", "[client]", "user = orc", "password='p w'"));
    NodeConfig config =
        read(
            RAFT
                + ", \"MySQLTopologyUser\": \"x\", \"MySQLTopologyCredentialsConfigFile\": \""
                + file
                + "\"}");
    assertThat(config.access().user()).isEqualTo("orc");
    assertThat(config.access().password()).isEqualTo("p w");
  }

  @Test
  void mySqlIsTheDefaultBackend() throws Exception {
    MySqlBackend backend = mySql("");
    assertThat(backend)
        .isEqualTo(
            new MySqlBackend(
                "db1",
                3306,
                "orchestrator",
                "",
                "",
                128,
                Duration.ofSeconds(2),
                Duration.ofSeconds(30),
                Optional.empty()));
    assertThat(new NodeConfig.Backend.MySql(backend).word()).isEqualTo("mysql");
  }

  @Test
  void everyMySqlBackendKeyCounts() throws Exception {
    MySqlBackend backend =
        mySql(
            """
            , "BackendDB": "MySQL", "MySQLOrchestratorPort": 3307, "MySQLOrchestratorUser": "orc",
            "MySQLOrchestratorPassword": "p w", "MySQLOrchestratorMaxPoolConnections": 7,
            "MySQLOrchestratorReadTimeoutSeconds": 9, "MySQLConnectTimeoutSeconds": 3,
            "MySQLOrchestratorUseMutualTLS": true, "MySQLOrchestratorSSLPrivateKeyFile": "/k",
            "MySQLOrchestratorSSLCertFile": "/c", "MySQLOrchestratorSSLCAFile": "/a",
            "MySQLOrchestratorSSLSkipVerify": true
            """);
    assertThat(backend)
        .isEqualTo(
            new MySqlBackend(
                "db1",
                3307,
                "orchestrator",
                "orc",
                "p w",
                7,
                Duration.ofSeconds(3),
                Duration.ofSeconds(9),
                Optional.of(new MySqlBackend.Tls("/k", "/c", "/a", true))));
    assertThat(backend.toString()).doesNotContain("p w");
  }

  @Test
  void theBackendsCredentialsMayComeFromAFileAndTheEnvironment() throws Exception {
    Path file = folder.resolve("backend.cnf");
    String home = System.getenv("HOME");
    Files.write(file, List.of("[client]", "user=orc", "password=${HOME}"));
    MySqlBackend backend = mySql(", \"MySQLOrchestratorCredentialsConfigFile\": \"" + file + "\"");
    assertThat(backend.user()).isEqualTo("orc");
    assertThat(backend.password()).isEqualTo(home == null ? "" : home);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"BackendDB\": \"postgres\" | BackendDB must be mysql or sqlite, not postgres",
        "\"Debug\": true | MySQLOrchestratorHost is needed when BackendDB is mysql, the default.*\"BackendDB\": \"sqlite\".*",
        "\"MySQLOrchestratorHost\": \"db1\" | MySQLOrchestratorDatabase must be a name of 1 to 64 characters.*",
        "\"MySQLOrchestratorHost\": \"db1\", \"MySQLOrchestratorDatabase\": \"o\", \"MySQLOrchestratorMaxPoolConnections\": 1 | MySQLOrchestratorMaxPoolConnections must be a whole number from 2 to 10000, not 1",
        "\"MySQLOrchestratorHost\": \"db1\", \"MySQLOrchestratorDatabase\": \"o\", \"MySQLOrchestratorUseMutualTLS\": true | MySQLOrchestratorSSLPrivateKeyFile and MySQLOrchestratorSSLCertFile are needed.*",
        "\"MySQLOrchestratorHost\": \"db1\", \"MySQLOrchestratorDatabase\": \"o\", \"MySQLOrchestratorCredentialsConfigFile\": \"/none\" | MySQLOrchestratorCredentialsConfigFile /none cannot be read: /none",
      })
  void wrongBackendsNameTheKeyAndWhatIsAllowed(String json, String message) {
    assertThatThrownBy(() -> read("{" + json.trim() + "}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching(message.trim());
  }

  private MySqlBackend mySql(String more) throws IOException, ConfigException {
    NodeConfig config =
        read(
            "{\"MySQLOrchestratorHost\": \"db1\", \"MySQLOrchestratorDatabase\": \"orchestrator\""
                + more
                + "}");
    return ((NodeConfig.Backend.MySql) config.backend()).settings();
  }

  @Test
  void blockPeriodMayBeGivenInMinutes() throws Exception {
    assertThat(read(RAFT + ", \"RecoveryPeriodBlockMinutes\": 10}").recovery().blockPeriod())
        .isEqualTo(Duration.ofMinutes(10));
    assertThat(
            read(RAFT + ", \"RecoveryPeriodBlockSeconds\": 30, \"RecoveryPeriodBlockMinutes\": 10}")
                .recovery()
                .blockPeriod())
        .isEqualTo(Duration.ofSeconds(30));
    assertThat(read(RAFT + "}").recovery().blockPeriod()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void knowsEveryKeyOfUpstream() {
    long upstream =
        KnownKeys.load().all().stream()
            .filter(
                key ->
                    !key.name()
                        .matches(
                            "Reaction.*|WatchPrimaries|FailureAgreement|OldPrimaryReturn|Agreement.*|Raft(Heartbeat|Election|Join|TLS).*|RecoveryStepTimeoutSeconds|RecoveryGraceSeconds|HookTimeoutSeconds"))
            .count();
    assertThat(upstream).isEqualTo(190);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | true | false | 0",
        "', \"DetachLostReplicasAfterMasterFailover\": false' | false | false | 0",
        "', \"DetachLostSlavesAfterMasterFailover\": false' | false | false | 0",
        "', \"MasterFailoverDetachReplicaMasterHost\": true' | true | true | 0",
        "', \"MasterFailoverDetachSlaveMasterHost\": true' | true | true | 0",
        "', \"PostponeReplicaRecoveryOnLagMinutes\": 7' | true | false | 7",
        "', \"PostponeSlaveRecoveryOnLagMinutes\": 7' | true | false | 7",
      })
  void whatBecomesOfReplicasByOldAndNewNames(
      String keys, boolean lost, boolean promoted, int minutes) throws Exception {
    assertThat(read(RAFT + keys + "}").recovery().replicas())
        .isEqualTo(new ReplicaPolicy(lost, promoted, Duration.ofMinutes(minutes)));
  }

  @Test
  void whoIsTooFarBehindToBePromoted() throws Exception {
    PromotionPolicy free = read(RAFT + "}").recovery().promotion();
    assertThat(free.maxLag()).isZero();
    assertThat(free.catchUpWithin()).isEmpty();
    PromotionPolicy strict =
        read(RAFT
                + ", \"FailMasterPromotionOnLagMinutes\": 2"
                + ", \"FailMasterPromotionIfSQLThreadNotUpToDate\": true"
                + ", \"InstanceBulkOperationsWaitTimeoutSeconds\": 3}")
            .recovery()
            .promotion();
    assertThat(strict.maxLag()).isEqualTo(Duration.ofMinutes(2));
    assertThat(strict.catchUpWithin()).contains(Duration.ofSeconds(3));
    assertThatThrownBy(
            () ->
                read(
                    RAFT
                        + ", \"FailMasterPromotionIfSQLThreadNotUpToDate\": true"
                        + ", \"DelayMasterPromotionIfSQLThreadNotUpToDate\": true}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("exclude each other");
    assertThatThrownBy(
            () ->
                read(
                    RAFT
                        + ", \"PostponeReplicaRecoveryOnLagMinutes\": 1"
                        + ", \"PostponeSlaveRecoveryOnLagMinutes\": 2}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("need one");
  }

  private NodeConfig read(String json) throws IOException, ConfigException {
    return LegacyConfigReader.read(settings(json));
  }

  private Settings settings(String json) throws IOException, ConfigException {
    Path file = folder.resolve("orchestrator.conf.json");
    Files.writeString(file, json);
    return ConfigFiles.read(Optional.of(file), folder);
  }
}
