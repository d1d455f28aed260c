package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import java.util.List;

/** What people say about instances and clusters: rules, virtual names, aliases. Thread-safe. */
public final class NamingRoutes {
  private final ApiServices services;
  private final FleetLookup lookup;
  private final Commits commits;

  public NamingRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("register-candidate/:host/:port/:promotionRule", this::candidate),
        Route.write(
            "register-hostname-unresolve/:host/:port/:virtualname",
            request -> unresolve(request, request.parameter("virtualname"))),
        Route.write("deregister-hostname-unresolve/:host/:port", request -> unresolve(request, "")),
        Route.write("set-cluster-alias/:clusterName", this::alias),
        Route.write("forget-cluster/:clusterHint", this::forgetCluster));
  }

  private ApiResponse candidate(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    String word = request.parameter("promotionRule");
    PromotionRule rule =
        PromotionRule.of(word)
            .orElseThrow(
                () ->
                    new ApiException(
                        "no promotion rule '"
                            + word
                            + "'; write prefer, neutral, prefer_not or must_not"));
    return commits.commit(
        new Command.RegisterCandidate(key, rule),
        _ ->
            ApiResponse.ok(
                "Registered candidate " + key + " with rule " + word, LegacyKeyJson.of(key)));
  }

  private ApiResponse unresolve(ApiRequest request, String virtualName) {
    InstanceKey key = lookup.exactKey(request);
    return commits.commit(
        new Command.RegisterUnresolve(key, virtualName),
        _ ->
            ApiResponse.ok(
                "Hostname "
                    + (virtualName.isEmpty() ? "deregister" : "register")
                    + " unresolve completed for "
                    + key,
                LegacyKeyJson.of(key)));
  }

  private ApiResponse alias(ApiRequest request) {
    String cluster = request.parameter("clusterName");
    String alias = request.queryValue("alias").orElse("");
    return commits.commit(
        new Command.SetClusterAlias(cluster, alias),
        _ -> ApiResponse.ok("Cluster " + cluster + " now has alias '" + alias + "'", null));
  }

  private ApiResponse forgetCluster(ApiRequest request) {
    String cluster = lookup.clusterName(request);
    List<InstanceKey> members =
        services.fleet().topology().cluster(cluster).stream().map(Instance::key).toList();
    return commits.commit(
        new Command.ForgetCluster(cluster, members),
        _ -> {
          members.forEach(services.forget());
          return ApiResponse.ok("Cluster forgotten: " + cluster, null);
        });
  }
}
