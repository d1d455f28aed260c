package dev.orchestrator.server.config;

import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.detection.DetectionConfig;
import dev.orchestrator.probe.discovery.DiscoveryConfig;
import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.observer.AgreementPolicy;
import dev.orchestrator.probe.recovery.RecoveryConfig;
import dev.orchestrator.raft.net.PeerTlsFiles;
import dev.orchestrator.store.sql.MySqlBackend;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything a node needs to know before it starts. Immutable.
 *
 * @param name this member's name: RaftAdvertise, else RaftBind, with its port, as configured
 * @param debug log level DEBUG
 * @param http where the API listens and is reached
 * @param backend where this node keeps its database
 * @param raft settings of the group, empty for a node that runs alone
 * @param access how to log in to the fleet
 * @param discovery how the fleet is visited
 * @param analysis limits of judgement
 * @param maintenanceLag ReasonableMaintenanceReplicationLagSeconds
 * @param detection when a failure counts
 * @param agreement who must see it
 * @param problemIgnoreHostnameFilters ProblemIgnoreHostnameFilters
 * @param recoveryIgnoreHostnameFilters RecoveryIgnoreHostnameFilters
 * @param intermediateClusterFilters RecoverIntermediateMasterClusterFilters
 * @param recovery policy of recoveries
 */
public record NodeConfig(
    String name,
    boolean debug,
    Http http,
    Backend backend,
    Optional<Raft> raft,
    FleetAccess access,
    DiscoveryConfig discovery,
    AnalysisPolicy analysis,
    Duration maintenanceLag,
    DetectionConfig detection,
    AgreementPolicy agreement,
    List<String> problemIgnoreHostnameFilters,
    List<String> recoveryIgnoreHostnameFilters,
    List<String> intermediateClusterFilters,
    RecoveryConfig recovery) {

  /** Where a node keeps its database. Each node has its own. */
  public sealed interface Backend {
    /** Upstream's word for it. */
    String word();

    /**
     * An embedded file.
     *
     * @param file SQLite3DataFile
     */
    record Sqlite(Path file) implements Backend {
      @Override
      public String word() {
        return "sqlite3";
      }
    }

    /** A database on a MySQL server. */
    record MySql(MySqlBackend settings) implements Backend {
      @Override
      public String word() {
        return "mysql";
      }
    }
  }

  /**
   * Where the API listens and is reached.
   *
   * @param listenHost host part of ListenAddress, {@code ""} for all addresses
   * @param listenPort port part of ListenAddress
   * @param urlPrefix URLPrefix with one leading slash and none at the end, or {@code ""}
   * @param advertised address under which other nodes reach this node's API
   * @param readOnly ReadOnly: every changing call is refused
   */
  public record Http(
      String listenHost, int listenPort, String urlPrefix, URI advertised, boolean readOnly) {
    /** The API as this machine reaches it. */
    public String localApi() {
      String host = listenHost.isEmpty() || listenHost.equals("0.0.0.0") ? "127.0.0.1" : listenHost;
      String bracketed = host.contains(":") ? "[" + host + "]" : host;
      return "http://" + bracketed + ":" + listenPort + urlPrefix + "/api";
    }
  }

  /**
   * Settings of the Raft group.
   *
   * @param dataDir RaftDataDir
   * @param bind RaftBind with its port
   * @param bindText RaftBind as written
   * @param advertiseText RaftAdvertise as written, else RaftBind
   * @param self this member's name, RaftAdvertise with its port
   * @param members names of all configured members, sorted, this one included
   * @param defaultPort DefaultRaftPort
   * @param heartbeat time between heartbeats
   * @param electionMin smallest election timeout
   * @param electionMax largest election timeout
   * @param joinTimeout how long a node waits to hear a leader for the first time; zero for ever
   * @param tls certificates of the peer link; empty for plain text
   */
  public record Raft(
      Path dataDir,
      String bind,
      String bindText,
      String advertiseText,
      String self,
      List<String> members,
      int defaultPort,
      Duration heartbeat,
      Duration electionMin,
      Duration electionMax,
      Duration joinTimeout,
      Optional<PeerTlsFiles> tls) {
    public Raft {
      members = members.stream().sorted().toList();
    }
  }
}
