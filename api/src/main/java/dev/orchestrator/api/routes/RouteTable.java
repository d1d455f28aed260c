package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.http.Router;
import dev.orchestrator.api.leader.FollowerReports;
import dev.orchestrator.api.legacy.LegacyPaths;
import java.util.ArrayList;
import java.util.List;

/** All routes of the API in matching order. */
public final class RouteTable {
  private RouteTable() {}

  /** The routes that are built. */
  public static List<Route> built(ApiConfig config, ApiServices services) {
    List<Route> routes = new ArrayList<>();
    FollowerReports reports = new FollowerReports();
    routes.addAll(new RaftRoutes(config, services, reports).routes());
    routes.addAll(new RaftChangeRoutes(services).routes());
    routes.addAll(new MetricsRoutes(services).routes());
    routes.addAll(new HealthRoutes(config, services, reports).routes());
    routes.addAll(new DiscoveryRoutes(config, services).routes());
    routes.addAll(new ClusterRoutes(config, services).routes());
    routes.addAll(new InstanceRoutes(config, services).routes());
    routes.addAll(new AnalysisRoutes(config, services, () -> services.fleet().analyses()).routes());
    routes.addAll(new AuditRoutes(services).routes());
    routes.addAll(new AcknowledgementRoutes(config, services).routes());
    routes.addAll(new OrderRoutes(config, services).routes());
    routes.addAll(new ExplainRoutes(config, services).routes());
    routes.addAll(new DowntimeRoutes(config, services).routes());
    routes.addAll(new PauseRoutes(config, services).routes());
    routes.addAll(new GlobalRecoveryRoutes(config, services).routes());
    routes.addAll(new StateRoutes(config, services).routes());
    routes.addAll(new TagRoutes(config, services).routes());
    routes.addAll(new PoolRoutes(config, services).routes());
    routes.addAll(new MaintenanceRoutes(config, services).routes());
    routes.addAll(new NamingRoutes(config, services).routes());
    routes.addAll(new KeyValueRoutes(config, services).routes());
    routes.addAll(new PageRoutes(config, services).routes());
    return routes;
  }

  /** The whole table: what is built, then the published paths that are not. */
  public static Router router(ApiConfig config, ApiServices services) {
    List<Route> routes = new ArrayList<>(built(config, services));
    routes.addAll(LegacyPaths.notBuilt(routes));
    return new Router(routes);
  }
}
