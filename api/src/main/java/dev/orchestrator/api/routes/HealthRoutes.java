package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.ConfigReload;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyHealthJson;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Whether this node works, and echoes for load balancers. Thread-safe. */
public final class HealthRoutes {
  private final ApiConfig config;
  private final ApiServices services;
  private final BackendHealth backend;
  private final String token;
  private final Instant startedAt;

  public HealthRoutes(ApiConfig config, ApiServices services) {
    this.config = config;
    this.services = services;
    this.backend = new BackendHealth(() -> services.database().probe());
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    this.token = HexFormat.of().formatHex(random);
    this.startedAt = services.clock().instant();
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.local("lb-check", _ -> ApiResponse.bare("OK")),
        Route.local("_ping", _ -> ApiResponse.bare("OK")),
        Route.local("headers", HealthRoutes::headers),
        Route.local("health", _ -> health()),
        Route.local("status", _ -> health()),
        Route.localWrite("reload-configuration", this::reload));
  }

  private ApiResponse health() {
    Optional<String> failure = backend.failure();
    Map<String, ?> details =
        LegacyHealthJson.status(
            failure.isEmpty(),
            new LegacyHealthJson.Self(config.node(), token, startedAt, services.clock().instant()),
            services.leadership().leads(),
            services.raft().get(),
            services.leadership().leaderUri());
    return failure.isEmpty()
        ? ApiResponse.ok("Application node is healthy", details)
        : new ApiResponse.Envelope(
            500, false, "Application node is unhealthy " + failure.get(), details);
  }

  /** The files are those of the start: a path from a request is not read. */
  private ApiResponse reload(ApiRequest request) {
    if (request.optionalParameter("config").filter(file -> !file.isBlank()).isPresent()) {
      return ApiResponse.failed(
          500, "config is not taken from a request; change the files that the node started with");
    }
    return switch (services.reload().reload()) {
      case ConfigReload.Result.Refused(String why) ->
          ApiResponse.failed(500, "nothing was reloaded: " + why);
      case ConfigReload.Result.Reloaded(List<String> changed, List<String> needRestart) ->
          ApiResponse.ok(
              needRestart.isEmpty()
                  ? "Config reloaded"
                  : "Config reloaded; after a restart only: " + String.join(", ", needRestart),
              Map.of("Changed", changed, "NeedRestart", needRestart));
    };
  }

  /** Header fields as they came, names in the form {@code X-Forwarded-For}; Host is not one. */
  private static ApiResponse headers(ApiRequest request) {
    SortedMap<String, List<String>> echoed = new TreeMap<>();
    request
        .headers()
        .forEach(
            (name, values) -> {
              if (!name.equalsIgnoreCase("Host")) {
                echoed.put(canonical(name), values);
              }
            });
    return ApiResponse.bare(echoed);
  }

  private static String canonical(String name) {
    List<String> words = new ArrayList<>();
    for (String word : name.split("-", -1)) {
      words.add(
          word.isEmpty()
              ? word
              : word.substring(0, 1).toUpperCase(Locale.ROOT)
                  + word.substring(1).toLowerCase(Locale.ROOT));
    }
    return String.join("-", words);
  }
}
