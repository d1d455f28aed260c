package dev.orchestrator.server.config;

import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.detection.DetectionConfig;
import dev.orchestrator.probe.discovery.DiscoveryConfig;
import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.observer.AgreementPolicy;
import dev.orchestrator.probe.recovery.PromotionPolicy;
import dev.orchestrator.probe.recovery.RecoveryConfig;
import dev.orchestrator.probe.recovery.ReplicaPolicy;
import dev.orchestrator.raft.net.PeerTlsFiles;
import dev.orchestrator.store.sql.MySqlBackend;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Turns upstream's keys into the settings of our components. All defaults are here. Stateless. */
public final class LegacyConfigReader {
  private static final int MAX_SECONDS = 365 * 24 * 3600;
  private static final List<String> HOOK_LISTS =
      List.of(
          "OnFailureDetectionProcesses",
          "PreFailoverProcesses",
          "PostMasterFailoverProcesses",
          "PostFailoverProcesses",
          "PostUnsuccessfulFailoverProcesses",
          "PreGracefulTakeoverProcesses",
          "PostGracefulTakeoverProcesses");

  private LegacyConfigReader() {}

  /**
   * Reads and checks everything.
   *
   * @throws ConfigException a value is missing or not allowed; the message names the key and what
   *     is
   */
  public static NodeConfig read(Settings settings) throws ConfigException {
    Optional<NodeConfig.Raft> raft = raft(settings);
    HostPort listen = listenAddress(settings);
    String hostname = hostname();
    String name = raft.map(NodeConfig.Raft::self).orElse(hostname + ":" + listen.port());
    Duration poll = settings.seconds("InstancePollSeconds", 5, 1, 3600);
    return new NodeConfig(
        name,
        settings.flag("Debug", false),
        http(settings, listen, raft, hostname),
        backend(settings),
        raft,
        access(settings),
        discovery(settings, poll),
        new AnalysisPolicy(
            poll,
            settings.seconds("ReasonableInstanceCheckSeconds", 1, 0, 3600),
            settings.seconds("ReasonableReplicationLagSeconds", 10, 0, MAX_SECONDS)),
        settings.seconds("ReasonableMaintenanceReplicationLagSeconds", 20, 0, MAX_SECONDS),
        new DetectionConfig(
            Duration.ofSeconds(1),
            settings.millis("ReactionTimeMilliseconds", 500, 0, 3_600_000),
            settings.number("ReactionMinFailedVisits", 3, 2, 1000)),
        agreement(settings, raft),
        settings.patterns("ProblemIgnoreHostnameFilters"),
        settings.patterns("RecoveryIgnoreHostnameFilters"),
        settings.list("RecoverIntermediateMasterClusterFilters"),
        recovery(settings, name, hostname));
  }

  private static AgreementPolicy agreement(Settings settings, Optional<NodeConfig.Raft> raft)
      throws ConfigException {
    String key = "FailureAgreement";
    String word = settings.text(key, "majority");
    AgreementPolicy.Rule rule =
        switch (word) {
          case "majority" -> AgreementPolicy.Rule.MAJORITY;
          case "leader" -> AgreementPolicy.Rule.LEADER;
          case "data-centers" -> AgreementPolicy.Rule.DATA_CENTERS;
          default ->
              throw new ConfigException(
                  key + " is \"" + word + "\": need \"majority\", \"leader\" or \"data-centers\"");
        };
    String text = settings.pattern("DataCenterPattern");
    Pattern pattern = text.isEmpty() ? AgreementPolicy.ONE_DATA_CENTER : Pattern.compile(text);
    if (rule == AgreementPolicy.Rule.DATA_CENTERS) {
      long places =
          AgreementPolicy.dataCenters(
              raft.map(NodeConfig.Raft::members).orElse(List.of()), pattern);
      if (places < 3) {
        throw new ConfigException(
            key
                + " is \"data-centers\", which needs RaftNodes in three data centers or more, but"
                + " DataCenterPattern finds "
                + places
                + ": with two, neither is a majority; use \"majority\"");
      }
    }
    return new AgreementPolicy(
        rule, settings.millis("AgreementAloneMilliseconds", 5_000, 0, 3_600_000), pattern);
  }

  private static Optional<NodeConfig.Raft> raft(Settings settings) throws ConfigException {
    if (!settings.flag("RaftEnabled", false)) {
      return Optional.empty();
    }
    String dataDir = settings.text("RaftDataDir", "");
    if (dataDir.isEmpty()) {
      throw new ConfigException(
          "RaftDataDir is needed when RaftEnabled is true: a folder that this node can write, for example /var/lib/orchestrator");
    }
    int defaultPort = settings.number("DefaultRaftPort", 10_008, 1, 65_535);
    String bindText = settings.text("RaftBind", "127.0.0.1:10008");
    if (bindText.isBlank()) {
      throw new ConfigException("RaftBind is needed when RaftEnabled is true: this node's address");
    }
    HostPort bind = HostPort.parse("RaftBind", bindText, defaultPort);
    String advertiseText = settings.text("RaftAdvertise", "");
    if (advertiseText.isBlank()) {
      advertiseText = bindText;
    }
    String self = HostPort.parse("RaftAdvertise", advertiseText, defaultPort).name();
    List<String> members = new ArrayList<>();
    for (String node : settings.list("RaftNodes")) {
      String member = HostPort.parse("RaftNodes", node, defaultPort).name();
      if (members.contains(member)) {
        throw new ConfigException("RaftNodes names " + member + " twice");
      }
      members.add(member);
    }
    if (members.isEmpty()) {
      members.add(self);
    }
    if (!members.contains(self)) {
      throw new ConfigException(
          "RaftNodes "
              + members
              + " must contain this node's own name "
              + self
              + " (RaftAdvertise, else RaftBind, with its port); names are compared as text");
    }
    Duration heartbeat = settings.millis("RaftHeartbeatMilliseconds", 150, 10, 60_000);
    Duration electionMin = settings.millis("RaftElectionMinMilliseconds", 750, 50, 600_000);
    Duration electionMax = settings.millis("RaftElectionMaxMilliseconds", 1500, 50, 600_000);
    if (heartbeat.multipliedBy(2).compareTo(electionMin) > 0
        || electionMin.compareTo(electionMax) >= 0) {
      throw new ConfigException(
          "need 2 x RaftHeartbeatMilliseconds <= RaftElectionMinMilliseconds < RaftElectionMaxMilliseconds, got "
              + heartbeat.toMillis()
              + ", "
              + electionMin.toMillis()
              + ", "
              + electionMax.toMillis());
    }
    return Optional.of(
        new NodeConfig.Raft(
            Path.of(dataDir),
            bind.name(),
            bindText,
            advertiseText,
            self,
            members,
            defaultPort,
            heartbeat,
            electionMin,
            electionMax,
            settings.seconds("RaftJoinTimeoutSeconds", 60, 0, MAX_SECONDS),
            raftTls(settings)));
  }

  private static Optional<PeerTlsFiles> raftTls(Settings settings) throws ConfigException {
    String certificates = settings.text("RaftTLSCertFile", "");
    String key = settings.text("RaftTLSKeyFile", "");
    String authorities = settings.text("RaftTLSCAFile", "");
    if (certificates.isEmpty() && key.isEmpty() && authorities.isEmpty()) {
      return Optional.empty();
    }
    if (certificates.isEmpty() || key.isEmpty() || authorities.isEmpty()) {
      throw new ConfigException(
          "RaftTLSCertFile, RaftTLSKeyFile and RaftTLSCAFile go together: set all three, PEM files, or none");
    }
    return Optional.of(new PeerTlsFiles(Path.of(certificates), Path.of(key), Path.of(authorities)));
  }

  private static HostPort listenAddress(Settings settings) throws ConfigException {
    return HostPort.parse("ListenAddress", settings.text("ListenAddress", ":3000"), 3000);
  }

  private static NodeConfig.Http http(
      Settings settings, HostPort listen, Optional<NodeConfig.Raft> raft, String hostname)
      throws ConfigException {
    String prefix = settings.text("URLPrefix", "").replaceAll("^/+|/+$", "");
    String advertise = settings.text("HTTPAdvertise", "");
    URI advertised;
    if (advertise.isEmpty()) {
      String host =
          raft.isPresent()
              ? HostPort.parse("RaftAdvertise", raft.get().advertiseText(), 1).host()
              : hostname;
      advertised =
          URI.create(
              "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + listen.port());
    } else {
      advertised = advertisedUri(advertise);
    }
    return new NodeConfig.Http(
        listen.host(),
        listen.port(),
        prefix.isEmpty() ? "" : "/" + prefix,
        advertised,
        settings.flag("ReadOnly", false));
  }

  private static URI advertisedUri(String text) throws ConfigException {
    String rule = "HTTPAdvertise '" + text + "' must be scheme://host:port without a path";
    try {
      URI uri = new URI(text);
      String path = uri.getPath();
      if (uri.getScheme() == null || uri.getHost() == null || uri.getPort() < 0 || !isEmpty(path)) {
        throw new ConfigException(rule);
      }
      return uri;
    } catch (java.net.URISyntaxException e) {
      throw new ConfigException(rule, e);
    }
  }

  private static boolean isEmpty(@Nullable String text) {
    return text == null || text.isEmpty();
  }

  private static NodeConfig.Backend backend(Settings settings) throws ConfigException {
    String backend = settings.text("BackendDB", "mysql").toLowerCase(Locale.ROOT);
    if (backend.startsWith("sqlite")) {
      return new NodeConfig.Backend.Sqlite(sqliteFile(settings));
    }
    if (!backend.equals("mysql")) {
      throw new ConfigException("BackendDB must be mysql or sqlite, not " + backend);
    }
    return new NodeConfig.Backend.MySql(mySqlBackend(settings));
  }

  private static Path sqliteFile(Settings settings) throws ConfigException {
    String file = settings.text("SQLite3DataFile", "");
    if (file.isEmpty()) {
      throw new ConfigException(
          "SQLite3DataFile is needed when BackendDB is sqlite: a file that this node can write, for example /var/lib/orchestrator/orchestrator.db");
    }
    return Path.of(file);
  }

  private static MySqlBackend mySqlBackend(Settings settings) throws ConfigException {
    String host = settings.text("MySQLOrchestratorHost", "").strip();
    if (host.isEmpty()) {
      throw new ConfigException(
          "MySQLOrchestratorHost is needed when BackendDB is mysql, the default: the host of this node's own backend; or set \"BackendDB\": \"sqlite\" and \"SQLite3DataFile\"");
    }
    String database = settings.text("MySQLOrchestratorDatabase", "");
    if (database.isEmpty() || database.length() > 64) {
      throw new ConfigException(
          "MySQLOrchestratorDatabase must be a name of 1 to 64 characters when BackendDB is mysql, for example orchestrator");
    }
    Credentials account =
        Credentials.read(
            settings,
            "MySQLOrchestratorCredentialsConfigFile",
            "MySQLOrchestratorUser",
            "MySQLOrchestratorPassword");
    return new MySqlBackend(
        host,
        settings.number("MySQLOrchestratorPort", 3306, 1, 65_535),
        database,
        account.user(),
        account.password(),
        settings.number("MySQLOrchestratorMaxPoolConnections", 128, 2, 10_000),
        settings.seconds("MySQLConnectTimeoutSeconds", 2, 1, 3600),
        settings.seconds("MySQLOrchestratorReadTimeoutSeconds", 30, 1, 3600),
        settings.flag("MySQLOrchestratorUseMutualTLS", false)
            ? Optional.of(backendTls(settings))
            : Optional.empty());
  }

  private static MySqlBackend.Tls backendTls(Settings settings) throws ConfigException {
    String key = settings.text("MySQLOrchestratorSSLPrivateKeyFile", "");
    String certificate = settings.text("MySQLOrchestratorSSLCertFile", "");
    if (key.isEmpty() || certificate.isEmpty()) {
      throw new ConfigException(
          "MySQLOrchestratorSSLPrivateKeyFile and MySQLOrchestratorSSLCertFile are needed when MySQLOrchestratorUseMutualTLS is true: PEM files");
    }
    return new MySqlBackend.Tls(
        key,
        certificate,
        settings.text("MySQLOrchestratorSSLCAFile", ""),
        settings.flag("MySQLOrchestratorSSLSkipVerify", false));
  }

  private static FleetAccess access(Settings settings) throws ConfigException {
    Credentials account =
        Credentials.read(
            settings,
            "MySQLTopologyCredentialsConfigFile",
            "MySQLTopologyUser",
            "MySQLTopologyPassword");
    return new FleetAccess(
        account.user(),
        account.password(),
        settings.seconds("MySQLConnectTimeoutSeconds", 2, 1, 3600),
        settings.seconds("MySQLDiscoveryReadTimeoutSeconds", 10, 1, 3600),
        settings.seconds("MySQLTopologyReadTimeoutSeconds", 600, 1, MAX_SECONDS));
  }

  private static DiscoveryConfig discovery(Settings settings, Duration poll)
      throws ConfigException {
    String method = settings.text("MySQLHostnameResolveMethod", "@@hostname");
    if (!List.of("", "none", "default", "hostname", "@@hostname", "report_host", "@@report_host")
        .contains(method.toLowerCase(Locale.ROOT))) {
      throw new ConfigException(
          "MySQLHostnameResolveMethod must be none, @@hostname or @@report_host, not " + method);
    }
    return new DiscoveryConfig(
        poll,
        settings.number("DiscoveryMaxConcurrency", 300, 1, 100_000),
        settings.flag("DiscoverByShowSlaveHosts", false),
        method,
        settings.list("DiscoverySeeds"),
        settings.patterns("DiscoveryIgnoreHostnameFilters"),
        settings.number("DefaultInstancePort", 3306, 1, 65_535),
        settings.pattern("DataCenterPattern"),
        settings.pattern("RegionPattern"),
        settings.pattern("PhysicalEnvironmentPattern"),
        settings.text("DetectClusterAliasQuery", ""),
        settings.flag("WatchPrimaries", true));
  }

  private static RecoveryConfig recovery(Settings settings, String name, String hostname)
      throws ConfigException {
    int blockSeconds = settings.number("RecoveryPeriodBlockSeconds", 3600, 0, MAX_SECONDS);
    if (blockSeconds == 0 || !settings.has("RecoveryPeriodBlockSeconds")) {
      // Upstream ignores the minutes unless the seconds are explicitly 0; users mean what they
      // write.
      blockSeconds =
          settings.has("RecoveryPeriodBlockMinutes")
              ? settings.number("RecoveryPeriodBlockMinutes", 60, 0, MAX_SECONDS / 60) * 60
              : blockSeconds;
    }
    Map<String, List<String>> hooks = new HashMap<>();
    for (String list : HOOK_LISTS) {
      hooks.put(list, settings.list(list));
    }
    return new RecoveryConfig(
        settings.list("RecoverMasterClusterFilters"),
        Duration.ofSeconds(blockSeconds),
        settings.seconds("RecoveryGraceSeconds", 0, 0, MAX_SECONDS),
        Duration.ofMinutes(
            settings.number("FailureDetectionPeriodBlockMinutes", 60, 0, MAX_SECONDS / 60)),
        settings.seconds("RecoveryStepTimeoutSeconds", 10, 1, 3600),
        settings.seconds("HookTimeoutSeconds", 30, 1, MAX_SECONDS),
        settings.text("ProcessesShellCommand", "bash"),
        hooks,
        settings.flag("ApplyMySQLPromotionAfterMasterFailover", true),
        promotion(settings),
        replicas(settings),
        rejoinsOldPrimary(settings),
        name,
        hostname);
  }

  private static PromotionPolicy promotion(Settings settings) throws ConfigException {
    List<String> ignored = settings.list("PromotionIgnoreHostnameFilters");
    for (String filter : ignored) {
      try {
        Pattern.compile(filter);
      } catch (PatternSyntaxException e) {
        throw new ConfigException(
            "PromotionIgnoreHostnameFilters: \"" + filter + "\" is no expression");
      }
    }
    boolean fails = settings.flag("FailMasterPromotionIfSQLThreadNotUpToDate", false);
    if (fails && settings.flag("DelayMasterPromotionIfSQLThreadNotUpToDate", false)) {
      throw new ConfigException(
          "FailMasterPromotionIfSQLThreadNotUpToDate and DelayMasterPromotionIfSQLThreadNotUpToDate"
              + " exclude each other; without the first, a promotion always waits for the applier");
    }
    Duration catchUp = settings.seconds("InstanceBulkOperationsWaitTimeoutSeconds", 10, 0, 3600);
    return new PromotionPolicy(
        ignored,
        settings.flag("PreventCrossDataCenterMasterFailover", false),
        settings.flag("PreventCrossRegionMasterFailover", false),
        Duration.ofMinutes(
            settings.number("FailMasterPromotionOnLagMinutes", 0, 0, MAX_SECONDS / 60)),
        fails ? Optional.of(catchUp) : Optional.empty());
  }

  /** Each old name of a key counts where the new one is not written. */
  private static ReplicaPolicy replicas(Settings settings) throws ConfigException {
    String postpone = "PostponeReplicaRecoveryOnLagMinutes";
    String oldPostpone = "PostponeSlaveRecoveryOnLagMinutes";
    int minutes = settings.number(postpone, 0, 0, MAX_SECONDS / 60);
    int oldMinutes = settings.number(oldPostpone, 0, 0, MAX_SECONDS / 60);
    if (minutes != 0 && oldMinutes != 0 && minutes != oldMinutes) {
      throw new ConfigException(
          postpone + " is " + minutes + " and " + oldPostpone + " is " + oldMinutes + ": need one");
    }
    return new ReplicaPolicy(
        settings.flag(
            "DetachLostReplicasAfterMasterFailover",
            settings.flag("DetachLostSlavesAfterMasterFailover", true)),
        settings.flag(
            "MasterFailoverDetachReplicaMasterHost",
            settings.flag("MasterFailoverDetachSlaveMasterHost", false)),
        Duration.ofMinutes(Math.max(minutes, oldMinutes)));
  }

  private static boolean rejoinsOldPrimary(Settings settings) throws ConfigException {
    String word = settings.text("OldPrimaryReturn", "quarantine");
    return switch (word) {
      case "quarantine" -> false;
      case "rejoin" -> true;
      default ->
          throw new ConfigException(
              "OldPrimaryReturn is \"" + word + "\": need \"quarantine\" or \"rejoin\"");
    };
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost"; // a host without a name of its own still needs one in hooks and health
    }
  }
}
