package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyRecoveryJson;
import dev.orchestrator.store.command.Command;
import java.util.List;

/** The switch of all automatic recoveries, and which clusters they are for. Thread-safe. */
public final class GlobalRecoveryRoutes {
  private final ApiConfig config;
  private final ApiServices services;
  private final Commits commits;

  public GlobalRecoveryRoutes(ApiConfig config, ApiServices services) {
    this.config = config;
    this.services = services;
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("disable-global-recoveries", _ -> set(false)),
        Route.write("enable-global-recoveries", _ -> set(true)),
        Route.read("check-global-recoveries", _ -> check()),
        Route.read(
            "automated-recovery-filters",
            _ ->
                ApiResponse.ok(
                    "Automated recovery configuration details",
                    LegacyRecoveryJson.filters(config.fleet()))));
  }

  private ApiResponse set(boolean enabled) {
    String state = state(enabled);
    return commits.commit(
        new Command.SetGlobalRecoveries(enabled),
        _ -> ApiResponse.ok("Globally " + state + " recoveries", state));
  }

  private ApiResponse check() {
    String state = state(services.database().settings().recoveriesEnabled());
    return ApiResponse.ok("Global recoveries " + state, state);
  }

  private static String state(boolean enabled) {
    return enabled ? "enabled" : "disabled";
  }
}
