package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyAnalysisJson;
import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** What is wrong in the fleet now. Thread-safe. */
public final class AnalysisRoutes {
  private final ApiServices services;
  private final Supplier<List<Analysis>> judgement;
  private final FleetLookup lookup;
  private final List<Pattern> ignored;

  /**
   * @param judgement of the whole fleet now, problem or not
   */
  public AnalysisRoutes(
      ApiConfig config, ApiServices services, Supplier<List<Analysis>> judgement) {
    this.services = services;
    this.judgement = judgement;
    this.lookup = new FleetLookup(config, services);
    this.ignored = config.fleet().recoveryIgnoreFilters().stream().map(Pattern::compile).toList();
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.read("replication-analysis", _ -> analyses(_ -> true)),
        Route.read("replication-analysis/:clusterName", this::ofCluster),
        Route.read("replication-analysis/instance/:host/:port", this::ofInstance));
  }

  private ApiResponse ofCluster(ApiRequest request) {
    Optional<String> cluster = lookup.findByAlias(request.parameter("clusterName"));
    return analyses(
        analysis -> cluster.equals(Optional.of(analysis.instance().placement().clusterName())));
  }

  private ApiResponse ofInstance(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    return analyses(analysis -> analysis.instance().key().equals(key));
  }

  private ApiResponse analyses(Predicate<Analysis> wanted) {
    Instant now = services.clock().instant();
    return ApiResponse.ok(
        "Analysis",
        judgement.get().stream()
            .filter(LegacyAnalysisJson::listed)
            .filter(wanted)
            .filter(analysis -> !isIgnored(analysis))
            .map(
                analysis ->
                    LegacyAnalysisJson.of(
                        analysis,
                        services
                            .recoversPrimaryOf()
                            .test(
                                analysis.instance().placement().clusterName(),
                                analysis.clusterAlias()),
                        now))
            .toList());
  }

  private boolean isIgnored(Analysis analysis) {
    String host = analysis.instance().key().host();
    return ignored.stream().anyMatch(filter -> filter.matcher(host).find());
  }
}
