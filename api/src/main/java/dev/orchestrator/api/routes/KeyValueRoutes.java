package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.api.legacy.LegacyPaths;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the agreed primaries as keys and values; they lie in the replicated table {@code
 * key_value}. Thread-safe.
 */
public final class KeyValueRoutes {
  private final ApiServices services;
  private final FleetLookup lookup;
  private final Commits commits;

  public KeyValueRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.read(LegacyPaths.SUBMIT_PRIMARIES, _ -> submit(_ -> true)),
        Route.read(
            LegacyPaths.SUBMIT_PRIMARIES + "/:clusterHint",
            request -> {
              String cluster = lookup.clusterName(request);
              return submit(cluster::equals);
            }));
  }

  private ApiResponse submit(Predicate<String> wanted) {
    Topology topology = services.fleet().topology();
    Map<String, String> aliases = services.fleet().aliases(topology);
    Map<String, String> pairs = new LinkedHashMap<>();
    for (ClusterRecord cluster : services.database().clusters().all()) {
      topology.instances().stream()
          .filter(instance -> instance.server().uuid().equals(cluster.primaryUuid()))
          .map(instance -> instance.placement().clusterName())
          .filter(wanted)
          .findFirst()
          .ifPresent(name -> add(pairs, aliases.getOrDefault(name, name), cluster.primaryKey()));
    }
    List<Map<String, @Nullable Object>> written = new ArrayList<>();
    for (Map.Entry<String, String> pair : pairs.entrySet()) {
      ApiResponse answer =
          commits.commit(
              new Command.PutKeyValue(pair.getKey(), pair.getValue()),
              _ -> ApiResponse.ok("", null));
      if (!(answer instanceof ApiResponse.Envelope envelope) || !envelope.ok()) {
        return answer;
      }
      written.add(LegacyKeyJson.pair(pair.getKey(), pair.getValue()));
    }
    return ApiResponse.ok("Submitted " + written.size() + " masters", written);
  }

  private static void add(Map<String, String> pairs, String alias, InstanceKey primary) {
    pairs.put(LegacyPaths.PRIMARY_KEY_PREFIX + alias, primary.toString());
    pairs.put(LegacyPaths.PRIMARY_KEY_PREFIX + alias + "/hostname", primary.host());
    pairs.put(LegacyPaths.PRIMARY_KEY_PREFIX + alias + "/port", Integer.toString(primary.port()));
  }
}
