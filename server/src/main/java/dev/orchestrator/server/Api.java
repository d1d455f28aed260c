package dev.orchestrator.server;

import dev.orchestrator.api.ApiServer;
import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.probe.detection.FleetView;
import dev.orchestrator.probe.discovery.DiscoveryLoop;
import dev.orchestrator.probe.recovery.RecoverySupervisor;
import dev.orchestrator.server.config.NodeConfig;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.time.Duration;

/** Hands the HTTP API what it works with. Stateless. */
final class Api {
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration VISIT_TIMEOUT = Duration.ofSeconds(10);
  private static final int MAX_CONCURRENT_REQUESTS = 1_000;

  private Api() {}

  static ApiServer of(
      NodeConfig config,
      Database database,
      FleetView fleet,
      DiscoveryLoop discovery,
      RecoverySupervisor supervisor,
      Group group,
      BackendWatch backend,
      Reload reload,
      Clock clock) {
    return new ApiServer(
        settings(config),
        new ApiServices(
            database,
            fleet,
            discovery::visitNow,
            discovery::forget,
            supervisor::recoversPrimaryOf,
            supervisor::orders,
            group.replicator(),
            new GuardedLeadership(group.leadership(), backend::works),
            group::status,
            reload,
            clock,
            group.raftAdmin()));
  }

  static ApiConfig settings(NodeConfig config) {
    NodeConfig.Http http = config.http();
    return new ApiConfig(
        new ApiConfig.Listen(
            http.listenHost(),
            http.listenPort(),
            http.urlPrefix(),
            http.advertised(),
            MAX_CONCURRENT_REQUESTS),
        new ApiConfig.Node(
            Version.text(),
            config.recovery().hostname(),
            config.backend().word(),
            config.raft().map(NodeConfig.Raft::bindText).orElse(""),
            config.raft().map(NodeConfig.Raft::advertiseText).orElse(""),
            config.name()),
        new ApiConfig.Fleet(
            config.discovery().defaultPort(),
            config.discovery().pollInterval(),
            config.analysis().reasonableLag(),
            config.maintenanceLag(),
            config.problemIgnoreHostnameFilters(),
            config.recovery().clusterFilters(),
            config.intermediateClusterFilters(),
            config.recoveryIgnoreHostnameFilters()),
        COMMIT_TIMEOUT,
        VISIT_TIMEOUT,
        http.readOnly());
  }
}
