package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.RaftAdmin;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.leader.FollowerReports;
import dev.orchestrator.api.leader.LeaderChecks;
import dev.orchestrator.api.legacy.LegacyRaftJson;
import dev.orchestrator.raft.group.RaftException;
import dev.orchestrator.raft.group.RaftStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/** Who leads and how the Raft group is. Thread-safe. */
public final class RaftRoutes {
  private static final Duration SNAPSHOT_TIMEOUT = Duration.ofSeconds(10);

  private final ApiConfig config;
  private final ApiServices services;
  private final LeaderChecks checks;
  private final FollowerReports reports;

  public RaftRoutes(ApiConfig config, ApiServices services, FollowerReports reports) {
    this.reports = reports;
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
        Route.local(
            "raft-follower-health-report/:authenticationToken/:raftBind/:raftAdvertise",
            this::report),
        Route.local("raft-snapshot", _ -> snapshot()),
        Route.local("raft-status", _ -> raftStatus()));
  }

  private ApiResponse health() {
    return status("raft-health").partOfQuorum() && services.leadership().partOfQuorum()
        ? ApiResponse.bare("healthy")
        : ApiResponse.failed(500, "unhealthy");
  }

  private ApiResponse report(ApiRequest request) {
    boolean accepted =
        reports.accept(
            status("raft-follower-health-report"),
            request.parameter("authenticationToken"),
            request.parameter("raftAdvertise"),
            services.clock().instant());
    return accepted
        ? ApiResponse.bare("health reported")
        : ApiResponse.failed(500, "the report is of another term, or not of a member");
  }

  /** Published under this name: the state is made safe, and the log that led to it is cut. */
  private ApiResponse snapshot() {
    RaftAdmin admin =
        services
            .raftAdmin()
            .orElseThrow(() -> new ApiException("raft-snapshot: not running with raft setup"));
    try {
      admin.member().compact(SNAPSHOT_TIMEOUT);
      return ApiResponse.bare("snapshot created");
    } catch (RaftException e) {
      throw new ApiException("Cannot create snapshot: " + e.getMessage(), e);
    } catch (TimeoutException e) {
      return ApiResponse.failed(
          504, "Cannot create snapshot: not done within " + SNAPSHOT_TIMEOUT.toSeconds() + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ApiException("Cannot create snapshot: this node stops", e);
    }
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
