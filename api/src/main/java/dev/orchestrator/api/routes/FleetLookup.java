package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds instances and clusters by what callers write. Thread-safe. */
final class FleetLookup {
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}([.][0-9]{1,3}){3}");

  private final ApiConfig config;
  private final ApiServices services;

  FleetLookup(ApiConfig config, ApiServices services) {
    this.config = config;
    this.services = services;
  }

  /** The instance of {@code :host/:port} exactly as written. */
  InstanceKey exactKey(ApiRequest request) {
    return key(request.parameter("host"), request.parameter("port"));
  }

  /**
   * The instance of {@code :host/:port}, or the only known one with this port whose host contains
   * the text.
   */
  InstanceKey key(ApiRequest request) {
    return fuzzy(exactKey(request));
  }

  /** The instance that a host and a port mean, as for {@link #key(ApiRequest)}. */
  InstanceKey server(String host, String port) {
    return fuzzy(key(host, port));
  }

  /**
   * Name of the cluster that {@code :clusterHint}, or {@code :host/:port}, means: the exact name,
   * else the exact alias, else a member, else the only member that contains the text.
   */
  String clusterName(ApiRequest request) {
    Optional<String> hint = request.optionalParameter("clusterHint");
    return hint.isPresent() ? clusterByHint(hint.get()) : clusterOf(key(request));
  }

  /** Name of the cluster with this alias or name. */
  String clusterByAlias(String alias) {
    return byNameOrAlias(services.fleet().topology(), alias)
        .orElseThrow(() -> new ApiException("No cluster found for alias " + alias));
  }

  /** Name of the cluster with this name or alias, if there is one. */
  Optional<String> findByAlias(String alias) {
    return byNameOrAlias(services.fleet().topology(), alias);
  }

  /** The cluster of a known instance. */
  String clusterOf(InstanceKey key) {
    return services
        .fleet()
        .topology()
        .find(key)
        .map(instance -> instance.placement().clusterName())
        .orElseThrow(
            () -> new ApiException("Unable to determine cluster name. Unknown instance: " + key));
  }

  private String clusterByHint(String hint) {
    Topology topology = services.fleet().topology();
    return byNameOrAlias(topology, hint)
        .or(() -> byMember(topology, hint))
        .orElseThrow(
            () -> new ApiException("Unable to determine cluster name. clusterHint=" + hint));
  }

  private Optional<String> byNameOrAlias(Topology topology, String text) {
    if (topology.clusterNames().contains(text)) {
      return Optional.of(text);
    }
    return services.fleet().aliases(topology).entrySet().stream()
        .filter(entry -> entry.getValue().equals(text))
        .map(Map.Entry::getKey)
        .sorted()
        .findFirst();
  }

  private Optional<String> byMember(Topology topology, String text) {
    InstanceKey wanted;
    try {
      wanted = InstanceKey.parse(text, config.fleet().defaultPort());
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // not host[:port]: the caller says what was asked
    }
    return topology
        .find(fuzzy(topology, wanted))
        .map(instance -> instance.placement().clusterName());
  }

  private InstanceKey fuzzy(InstanceKey wanted) {
    // An address is not a part of a name, and needs no look at the fleet.
    return IPV4.matcher(wanted.host()).matches()
        ? wanted
        : fuzzy(services.fleet().topology(), wanted);
  }

  private static InstanceKey fuzzy(Topology topology, InstanceKey wanted) {
    if (IPV4.matcher(wanted.host()).matches() || topology.find(wanted).isPresent()) {
      return wanted;
    }
    List<InstanceKey> matches =
        topology.instances().stream()
            .map(Instance::key)
            .filter(key -> key.port() == wanted.port() && key.host().contains(wanted.host()))
            .limit(2)
            .toList();
    return matches.size() == 1 ? matches.getFirst() : wanted;
  }

  private static InstanceKey key(String host, String port) {
    try {
      return new InstanceKey(host, Integer.parseInt(port));
    } catch (IllegalArgumentException e) {
      throw new ApiException("Invalid port: " + port, e);
    }
  }
}
