package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.PathPattern;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.raft.group.RaftMetrics;
import dev.orchestrator.store.replication.StateVerdict;
import dev.orchestrator.store.sql.StoreException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this node measures, for people and for Prometheus. Thread-safe. */
public final class MetricsRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsRoutes.class);
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final ApiServices services;
  private final BackendHealth backend;

  public MetricsRoutes(ApiServices services) {
    this.services = services;
    this.backend = new BackendHealth(() -> services.database().probe());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        new Route(
            PathPattern.of("/metrics"),
            Route.Access.READ,
            Route.AnsweredBy.THIS_NODE,
            _ -> new ApiResponse.Text(200, TEXT, text())),
        Route.local("raft-metrics", _ -> ApiResponse.bare(RaftMetricsJson.of(raft()))));
  }

  /** A node without Raft has nothing to tell yet, which is no error to a scraper. */
  private String text() {
    return services
        .raftAdmin()
        .map(admin -> RaftMetricsText.of(admin.member().metrics()) + states())
        .orElse("");
  }

  /** The reports lie in the backend; without it the other figures are told all the same. */
  private String states() {
    if (backend.failure().isPresent()) {
      return "";
    }
    try {
      return StateMetricsText.of(StateVerdict.of(services.database().stateReports().all()));
    } catch (StoreException e) {
      LOG.debug("no figures of the members' states: {}", e.getMessage());
      return "";
    }
  }

  private RaftMetrics raft() {
    return services
        .raftAdmin()
        .orElseThrow(() -> new ApiException("raft-metrics: not running with raft setup"))
        .member()
        .metrics();
  }
}
