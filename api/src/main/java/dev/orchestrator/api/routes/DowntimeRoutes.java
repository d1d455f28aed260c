package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Begins and ends downtimes. Thread-safe. */
public final class DowntimeRoutes {
  private static final String DEFAULT_DURATION = "10m";

  private final ApiServices services;
  private final FleetLookup lookup;
  private final Commits commits;

  public DowntimeRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("begin-downtime/:host/:port/:owner/:reason", this::begin),
        Route.write("begin-downtime/:host/:port/:owner/:reason/:duration", this::begin),
        Route.write("end-downtime/:host/:port", this::end));
  }

  private ApiResponse begin(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    Duration duration =
        SimpleTime.parse(request.optionalParameter("duration").orElse(DEFAULT_DURATION));
    Instant now = services.clock().instant();
    String owner = request.parameter("owner");
    String reason = request.parameter("reason");
    if (owner.isEmpty() || reason.isEmpty()) {
      throw new ApiException("a downtime needs an owner and a reason");
    }
    Downtime downtime = new Downtime(key, owner, reason, now, now.plus(duration));
    return commits.commit(
        new Command.BeginDowntime(downtime),
        _ -> ApiResponse.ok("Instance now in downtime: " + key, LegacyKeyJson.of(key)));
  }

  private ApiResponse end(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    return commits.commit(
        new Command.EndDowntime(key),
        _ -> ApiResponse.ok("Instance downtime ended: " + key, LegacyKeyJson.of(key)));
  }
}
