package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import java.util.List;

/** Why a cluster's primary is replaced now, or is not. Thread-safe. */
public final class ExplainRoutes {
  /** A path of our own: the predecessor has nothing like it. */
  public static final String PATH = "explain/:clusterHint";

  private final ApiServices services;
  private final FleetLookup lookup;

  public ExplainRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(Route.read(PATH, this::explain));
  }

  private ApiResponse explain(ApiRequest request) {
    return ApiResponse.bare(
        ExplainJson.of(
            services
                .orders()
                .get()
                .explain(
                    services.fleet().topology(),
                    services.fleet().analyses(),
                    lookup.clusterName(request))));
  }
}
