package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.InstanceView;
import dev.orchestrator.api.legacy.LegacyClusterJson;
import dev.orchestrator.api.legacy.LegacyInstanceJson;
import dev.orchestrator.api.legacy.LegacyPaths;
import dev.orchestrator.api.legacy.TopologyText;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads clusters: names, members, primaries, trees. Thread-safe. */
public final class ClusterRoutes {
  private final ApiServices services;
  private final FleetLookup lookup;
  private final InstanceViews views;

  public ClusterRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.views = new InstanceViews(config, services);
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.read("clusters", _ -> clusters()),
        Route.read("clusters-info", _ -> clustersInfo()),
        Route.read("cluster/:clusterHint", request -> members(lookup.clusterName(request))),
        Route.read("cluster/alias/:clusterAlias", request -> members(byAlias(request))),
        Route.read("cluster/instance/:host/:port", request -> members(lookup.clusterName(request))),
        Route.read("cluster-info/:clusterHint", request -> info(lookup.clusterName(request))),
        Route.read("cluster-info/alias/:clusterAlias", request -> info(byAlias(request))),
        Route.read(LegacyPaths.PRIMARIES, _ -> primaries()),
        Route.read(LegacyPaths.PRIMARY, request -> primary(lookup.clusterName(request))),
        Route.read("topology/:clusterHint", request -> tree(request, TopologyText::of)),
        Route.read("topology/:host/:port", request -> tree(request, TopologyText::of)),
        Route.read(
            "topology-tabulated/:clusterHint", request -> tree(request, TopologyText::tabulated)),
        Route.read(
            "topology-tabulated/:host/:port", request -> tree(request, TopologyText::tabulated)));
  }

  private String byAlias(ApiRequest request) {
    return lookup.clusterByAlias(request.parameter("clusterAlias"));
  }

  /** Published peculiarity: no cluster at all is null, not an empty list. */
  private ApiResponse clusters() {
    List<String> names = services.fleet().topology().clusterNames();
    return ApiResponse.bare(names.isEmpty() ? null : names);
  }

  private ApiResponse clustersInfo() {
    Topology topology = services.fleet().topology();
    Map<String, String> aliases = services.fleet().aliases(topology);
    return ApiResponse.bare(
        topology.clusterNames().stream().map(name -> info(topology, aliases, name)).toList());
  }

  private ApiResponse info(String name) {
    Topology topology = services.fleet().topology();
    return ApiResponse.bare(info(topology, services.fleet().aliases(topology), name));
  }

  private Map<String, @Nullable Object> info(
      Topology topology, Map<String, String> aliases, String name) {
    String alias = aliases.getOrDefault(name, name);
    return LegacyClusterJson.of(
        name,
        alias,
        "",
        topology.cluster(name).size(),
        services.recoversPrimaryOf().test(name, alias));
  }

  private ApiResponse members(String cluster) {
    return ApiResponse.bare(LegacyInstanceJson.of(views.of(cluster(cluster))));
  }

  private ApiResponse tree(ApiRequest request, Function<List<InstanceView>, String> drawing) {
    String cluster = lookup.clusterName(request);
    return ApiResponse.ok(
        "Topology for cluster " + cluster, drawing.apply(views.of(cluster(cluster))));
  }

  private ApiResponse primary(String cluster) {
    Topology topology = services.fleet().topology();
    Instance found =
        roots(topology, cluster).stream()
            .min(primaryOrder())
            .orElseThrow(() -> new ApiException("No primary known of cluster " + cluster));
    return ApiResponse.bare(LegacyInstanceJson.of(views.of(found)));
  }

  /** Published peculiarity: no primary at all is null, not an empty list. */
  private ApiResponse primaries() {
    Topology topology = services.fleet().topology();
    Comparator<Instance> order = primaryOrder();
    List<Instance> found =
        topology.clusterNames().stream()
            .map(
                cluster ->
                    roots(topology, cluster).stream()
                        .filter(root -> !root.server().readOnly())
                        .min(order))
            .flatMap(Optional::stream)
            .toList();
    return ApiResponse.bare(found.isEmpty() ? null : LegacyInstanceJson.of(views.of(found)));
  }

  private static List<Instance> roots(Topology topology, String cluster) {
    return topology.cluster(cluster).stream()
        .filter(member -> member.placement().depth() == 0 || member.placement().coSource())
        .toList();
  }

  /** Writable ones first; among them the one that the members agreed on. */
  private Comparator<Instance> primaryOrder() {
    Set<String> designated =
        services.database().clusters().all().stream()
            .map(ClusterRecord::primaryUuid)
            .collect(Collectors.toSet());
    return Comparator.<Instance, Boolean>comparing(root -> root.server().readOnly())
        .thenComparing(root -> !designated.contains(root.server().uuid()))
        .thenComparingInt(root -> root.placement().depth())
        .thenComparing(Instance::key);
  }

  private List<Instance> cluster(String name) {
    return services.fleet().topology().cluster(name);
  }
}
