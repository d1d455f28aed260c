package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.PathPattern;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.raft.group.RaftMetrics;
import java.util.List;

/** What this node measures, for people and for Prometheus. Thread-safe. */
public final class MetricsRoutes {
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final ApiServices services;

  public MetricsRoutes(ApiServices services) {
    this.services = services;
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
        .map(admin -> RaftMetricsText.of(admin.member().metrics()))
        .orElse("");
  }

  private RaftMetrics raft() {
    return services
        .raftAdmin()
        .orElseThrow(() -> new ApiException("raft-metrics: not running with raft setup"))
        .member()
        .metrics();
  }
}
