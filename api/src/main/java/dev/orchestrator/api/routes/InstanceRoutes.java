package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.InstanceView;
import dev.orchestrator.api.legacy.LegacyInstanceJson;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Reads instances, alone and in lists. Thread-safe. */
public final class InstanceRoutes {
  /** Sources before replicas, big before small, then by name. */
  private static final Comparator<Instance> SEARCH_ORDER =
      Comparator.<Instance>comparingInt(instance -> instance.placement().depth())
          .thenComparing(instance -> instance.replicas().size(), Comparator.reverseOrder())
          .thenComparing(instance -> instance.placement().clusterName())
          .thenComparing(Instance::key);

  private final ApiServices services;
  private final FleetLookup lookup;
  private final InstanceViews views;
  private final List<Pattern> ignored;

  public InstanceRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.views = new InstanceViews(config, services);
    this.ignored = config.fleet().problemIgnoreFilters().stream().map(Pattern::compile).toList();
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.read("instance/:host/:port", this::instance),
        Route.read("instance-replicas/:host/:port", this::replicas),
        Route.read("all-instances", _ -> search("")),
        Route.read("search/:searchString", request -> search(request.parameter("searchString"))),
        Route.read("search", request -> search(request.queryValue("s").orElse(""))),
        Route.read("downtimed", _ -> downtimed(_ -> true)),
        Route.read("downtimed/:clusterHint", this::downtimedInCluster),
        Route.read("problems", _ -> problems(_ -> true)),
        Route.read("problems/:clusterName", this::problemsInCluster));
  }

  private ApiResponse instance(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    Instance instance =
        services
            .database()
            .instances()
            .find(key)
            .orElseThrow(() -> new ApiException("Cannot read instance: " + key));
    return ApiResponse.bare(LegacyInstanceJson.of(views.of(instance)));
  }

  private ApiResponse replicas(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    return list(services.fleet().topology().replicasOf(key));
  }

  private ApiResponse search(String text) {
    String wanted = text.toLowerCase(Locale.ROOT);
    return list(
        services.fleet().topology().instances().stream()
            .filter(instance -> found(instance, wanted))
            .sorted(SEARCH_ORDER)
            .toList());
  }

  private static boolean found(Instance instance, String wanted) {
    return List.of(
                instance.key().toString(),
                instance.placement().clusterName(),
                instance.placement().suggestedAlias(),
                instance.server().version(),
                instance.server().versionComment())
            .stream()
            .anyMatch(field -> field.toLowerCase(Locale.ROOT).contains(wanted))
        || wanted.equals(Long.toString(instance.server().serverId()))
        || wanted.equals(Integer.toString(instance.key().port()));
  }

  private ApiResponse downtimedInCluster(ApiRequest request) {
    String cluster = lookup.clusterName(request);
    return downtimed(instance -> instance.placement().clusterName().equals(cluster));
  }

  private ApiResponse downtimed(Predicate<Instance> wanted) {
    return ApiResponse.bare(
        LegacyInstanceJson.of(
            all(wanted).stream().filter(view -> view.downtime().isPresent()).toList()));
  }

  private ApiResponse problemsInCluster(ApiRequest request) {
    String cluster = request.parameter("clusterName");
    return problems(instance -> instance.placement().clusterName().equals(cluster));
  }

  /** Published peculiarity: no problem at all is null, not an empty list. */
  private ApiResponse problems(Predicate<Instance> wanted) {
    List<InstanceView> problems =
        all(wanted).stream()
            .filter(view -> view.problematic() && view.downtime().isEmpty())
            .filter(view -> !isIgnored(view.instance().key()))
            .toList();
    return ApiResponse.bare(problems.isEmpty() ? null : LegacyInstanceJson.of(problems));
  }

  private boolean isIgnored(InstanceKey key) {
    return ignored.stream().anyMatch(filter -> filter.matcher(key.host()).find());
  }

  private List<InstanceView> all(Predicate<Instance> wanted) {
    return views.of(services.fleet().topology().instances().stream().filter(wanted).toList());
  }

  private ApiResponse list(List<Instance> instances) {
    return ApiResponse.bare(LegacyInstanceJson.of(views.of(instances)));
  }
}
