package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.api.legacy.LegacyMaintenanceJson;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Maintenance;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Locks instances for people's work. Thread-safe. */
public final class MaintenanceRoutes {
  private static final Duration LENGTH = Duration.ofMinutes(10);

  private final ApiServices services;
  private final FleetLookup lookup;
  private final Commits commits;

  public MaintenanceRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("begin-maintenance/:host/:port/:owner/:reason", this::begin),
        Route.write("end-maintenance/:host/:port", this::end),
        Route.write("end-maintenance/:maintenanceKey", this::endByNumber),
        Route.read("in-maintenance/:host/:port", this::isIn),
        Route.read("maintenance", _ -> all()));
  }

  private ApiResponse begin(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    String owner = request.parameter("owner");
    String reason = request.parameter("reason");
    if (owner.isEmpty() || reason.isEmpty()) {
      throw new ApiException("a maintenance needs an owner and a reason");
    }
    return commits.commit(
        new Command.BeginMaintenance(key, owner, reason, LENGTH.toSeconds()),
        _ -> ApiResponse.ok("Maintenance begun: " + key, LegacyKeyJson.of(key)));
  }

  private ApiResponse end(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    return commits.commit(
        new Command.EndMaintenance(Optional.of(key), Optional.empty()),
        _ -> ApiResponse.ok("Maintenance ended: " + key, LegacyKeyJson.of(key)));
  }

  private ApiResponse endByNumber(ApiRequest request) {
    String text = request.parameter("maintenanceKey");
    long id;
    try {
      id = Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ApiException("'" + text + "' is not the number of a maintenance", e);
    }
    return commits.commit(
        new Command.EndMaintenance(Optional.empty(), Optional.of(id)),
        _ -> ApiResponse.ok("Maintenance ended: " + id, id));
  }

  private ApiResponse isIn(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    boolean in =
        services
            .database()
            .maintenances()
            .find(key)
            .filter(found -> found.endsAt().isAfter(services.clock().instant()))
            .isPresent();
    return ApiResponse.ok(Boolean.toString(in), in ? key.toString() : "");
  }

  private ApiResponse all() {
    Instant now = services.clock().instant();
    List<Maintenance> active =
        services.database().maintenances().all().stream()
            .filter(maintenance -> maintenance.endsAt().isAfter(now))
            .toList();
    return ApiResponse.bare(
        active.stream().map(maintenance -> LegacyMaintenanceJson.of(maintenance, now)).toList());
  }
}
