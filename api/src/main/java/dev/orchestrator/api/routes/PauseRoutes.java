package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.store.command.Command;
import java.time.Duration;
import java.util.List;

/**
 * Pauses the automatic recoveries of one cluster, and ends such a pause (rule A11). Thread-safe.
 */
public final class PauseRoutes {
  private static final String DEFAULT_DURATION = "10m";

  private final ApiServices services;
  private final FleetLookup lookup;
  private final Commits commits;

  public PauseRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("pause-recoveries/:clusterHint/:owner/:reason", this::pause),
        Route.write("pause-recoveries/:clusterHint/:owner/:reason/:duration", this::pause),
        Route.write("resume-recoveries/:clusterHint", this::resume));
  }

  private ApiResponse pause(ApiRequest request) {
    String owner = request.parameter("owner");
    String reason = request.parameter("reason");
    if (owner.isEmpty() || reason.isEmpty()) {
      throw new ApiException("a pause needs an owner and a reason");
    }
    Duration duration =
        SimpleTime.parse(request.optionalParameter("duration").orElse(DEFAULT_DURATION));
    String cluster = lookup.clusterName(request);
    return commits.commit(
        new Command.PauseRecoveries(clusterId(cluster), owner, reason, duration.toSeconds()),
        _ -> ApiResponse.ok("No automatic recovery starts meanwhile: " + cluster, cluster));
  }

  private ApiResponse resume(ApiRequest request) {
    String cluster = lookup.clusterName(request);
    return commits.commit(
        new Command.PauseRecoveries(clusterId(cluster), "", "", 0),
        _ -> ApiResponse.ok("Recoveries are not paused: " + cluster, cluster));
  }

  private String clusterId(String clusterName) {
    return services
        .orders()
        .get()
        .record(services.fleet().topology(), clusterName)
        .orElseThrow(
            () ->
                new ApiException("no agreed primary record, or more than one, for " + clusterName))
        .clusterId();
  }
}
