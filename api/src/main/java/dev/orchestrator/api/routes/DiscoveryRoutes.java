package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyInstanceJson;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.List;

/**
 * Makes instances known, looks at them again, and forgets them. Thread-safe.
 *
 * <p>Discover and forget take the host as written: guessing would make it impossible to discover a
 * server whose name is part of a known one, and a repeated forget would hit its neighbour.
 */
public final class DiscoveryRoutes {
  private final ApiServices services;
  private final Duration visitTimeout;
  private final FleetLookup lookup;
  private final InstanceViews views;
  private final Commits commits;

  public DiscoveryRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.visitTimeout = config.visitTimeout();
    this.lookup = new FleetLookup(config, services);
    this.views = new InstanceViews(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("discover/:host/:port", this::discover),
        Route.write("async-discover/:host/:port", this::asyncDiscover),
        Route.write("refresh/:host/:port", this::refresh),
        Route.write("forget/:host/:port", this::forget));
  }

  /** Only what was seen is told to the other members: a mistyped name stays here. */
  private ApiResponse discover(ApiRequest request) {
    InstanceKey key = lookup.exactKey(request);
    Instance seen = services.visitor().visitNow(key, visitTimeout);
    return commits.commit(
        new Command.Discover(seen.key()),
        _ ->
            ApiResponse.ok(
                "Instance discovered: " + seen.key(), LegacyInstanceJson.of(views.of(seen))));
  }

  private ApiResponse asyncDiscover(ApiRequest request) {
    InstanceKey key = lookup.exactKey(request);
    return commits.commit(
        new Command.Discover(key),
        _ -> ApiResponse.ok("Asynchronous discovery initiated for Instance: " + key, null));
  }

  private ApiResponse refresh(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    services.visitor().visitNow(key, visitTimeout);
    return ApiResponse.ok("Instance refreshed: " + key, LegacyKeyJson.of(key));
  }

  /** All members are told even if this node knows nothing: another one may. */
  private ApiResponse forget(ApiRequest request) {
    InstanceKey key = lookup.exactKey(request);
    boolean known =
        services.database().instances().find(key).isPresent()
            || services.database().seeds().all().contains(key);
    return commits.commit(
        new Command.Forget(key),
        _ -> {
          services.forget().accept(key);
          return known
              ? ApiResponse.ok("Instance forgotten: " + key, LegacyKeyJson.of(key))
              : ApiResponse.failed(500, "Instance not known: " + key);
        });
  }
}
