package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.leader.LeaderChecks;
import dev.orchestrator.api.legacy.LegacyRaftJson;
import dev.orchestrator.raft.group.RaftStatus;
import java.util.List;

/** Who leads and how the Raft group is. Thread-safe. */
public final class RaftRoutes {
  private final ApiConfig config;
  private final ApiServices services;
  private final LeaderChecks checks;

  public RaftRoutes(ApiConfig config, ApiServices services) {
    this.config = config;
    this.services = services;
    this.checks = new LeaderChecks(services.leadership());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.local("leader-check", checks::check),
        Route.local("leader-check/:errorStatusCode", checks::check),
        Route.read("routed-leader-check", checks::check),
        Route.local("raft-peers", _ -> ApiResponse.bare(status("raft-nodes").voters())),
        Route.local(
            "raft-state", _ -> ApiResponse.bare(LegacyRaftJson.state(status("raft-state").role()))),
        Route.local(
            "raft-leader", _ -> ApiResponse.bare(LegacyRaftJson.leader(status("raft-leader")))),
        Route.local("raft-health", _ -> health()),
        Route.local("raft-status", _ -> raftStatus()),
        Route.local(
            "raft-follower-health-report/:authenticationToken/:raftBind/:raftAdvertise",
            RaftRoutes::healthReport));
  }

  /** Members hear each other on the Raft link; no token is ever given out, so none is known. */
  private static ApiResponse healthReport(ApiRequest request) {
    throw new ApiException(
        "Cannot create snapshot: unknown token " + request.parameter("authenticationToken"));
  }

  private ApiResponse health() {
    return status("raft-health").partOfQuorum() && services.leadership().partOfQuorum()
        ? ApiResponse.bare("healthy")
        : ApiResponse.failed(500, "unhealthy");
  }

  private ApiResponse raftStatus() {
    return ApiResponse.bare(
        LegacyRaftJson.status(
            status("raft-status"), config.node().raftBind(), services.leadership().leaderUri()));
  }

  private RaftStatus status(String asked) {
    return services
        .raft()
        .get()
        .orElseThrow(() -> new ApiException(asked + ": not running with raft setup"));
  }
}
