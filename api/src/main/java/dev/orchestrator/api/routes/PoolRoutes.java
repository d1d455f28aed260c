package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.InstanceView;
import dev.orchestrator.api.legacy.LegacyInstanceJson;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PoolMember;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Pools: named groups of instances, for example of those that serve reads. Thread-safe. */
public final class PoolRoutes {
  private final ApiConfig config;
  private final ApiServices services;
  private final FleetLookup lookup;
  private final InstanceViews views;
  private final Commits commits;

  public PoolRoutes(ApiConfig config, ApiServices services) {
    this.config = config;
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.views = new InstanceViews(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("submit-pool-instances/:pool", this::submit),
        Route.write("cluster-pool-instances/:clusterName", this::members),
        Route.write("cluster-pool-instances/:clusterName/:pool", this::members),
        Route.write("heuristic-cluster-pool-instances/:clusterName", this::healthy),
        Route.write("heuristic-cluster-pool-instances/:clusterName/:pool", this::healthy),
        Route.write("heuristic-cluster-pool-lag/:clusterName", this::lag),
        Route.write("heuristic-cluster-pool-lag/:clusterName/:pool", this::lag));
  }

  private ApiResponse submit(ApiRequest request) {
    String pool = request.parameter("pool");
    List<InstanceKey> members =
        Arrays.stream(request.queryValue("instances").orElse("").split(",", -1))
            .filter(word -> !word.isBlank())
            .map(this::server)
            .toList();
    return commits.commit(
        new Command.SubmitPool(pool, members),
        _ -> ApiResponse.ok("Applied " + pool + " pool instances", pool));
  }

  private InstanceKey server(String word) {
    try {
      InstanceKey key = InstanceKey.parse(word, config.fleet().defaultPort());
      return lookup.server(key.host(), Integer.toString(key.port()));
    } catch (IllegalArgumentException e) {
      throw new ApiException(String.valueOf(e.getMessage()), e);
    }
  }

  private ApiResponse members(ApiRequest request) {
    String cluster = request.parameter("clusterName");
    Set<InstanceKey> inCluster =
        services.fleet().topology().cluster(cluster).stream()
            .map(Instance::key)
            .collect(Collectors.toSet());
    Map<String, List<Map<String, @Nullable Object>>> pools = new TreeMap<>();
    pooled(request)
        .filter(member -> inCluster.contains(member.key()))
        .forEach(
            member ->
                pools
                    .computeIfAbsent(member.pool(), _ -> new ArrayList<>())
                    .add(LegacyKeyJson.of(member.key())));
    return ApiResponse.ok("Pools of cluster " + cluster, pools);
  }

  private Stream<PoolMember> pooled(ApiRequest request) {
    Optional<String> pool = request.optionalParameter("pool").filter(name -> !name.isEmpty());
    return services.database().pools().all().stream()
        .filter(member -> pool.isEmpty() || pool.get().equals(member.pool()));
  }

  private ApiResponse healthy(ApiRequest request) {
    List<InstanceView> healthy = views(request, view -> !view.problematic());
    return ApiResponse.ok(
        healthy.size() + " healthy pooled instances", LegacyInstanceJson.of(healthy));
  }

  private ApiResponse lag(ApiRequest request) {
    long lag =
        views(request, _ -> true).stream()
            .mapToLong(view -> view.instance().replication().lagSeconds().orElse(0))
            .max()
            .orElseThrow(() -> new ApiException("no pooled instances are known of that cluster"));
    return ApiResponse.ok("Highest lag of the pooled instances", lag);
  }

  /** Here the cluster may be named by its alias, too. */
  private List<InstanceView> views(ApiRequest request, Predicate<InstanceView> wanted) {
    String cluster = lookup.clusterByAlias(request.parameter("clusterName"));
    Set<InstanceKey> pooled =
        pooled(request).map(PoolMember::key).collect(Collectors.toCollection(LinkedHashSet::new));
    return views
        .of(
            services.fleet().topology().cluster(cluster).stream()
                .filter(instance -> pooled.contains(instance.key()))
                .toList())
        .stream()
        .filter(wanted)
        .toList();
  }
}
