package dev.orchestrator.probe.discovery;

import java.time.Duration;
import java.util.List;

/**
 * How the fleet is visited. Immutable.
 *
 * @param pollInterval InstancePollSeconds: time between two visits of an instance, above 0
 * @param maxConcurrentVisits DiscoveryMaxConcurrency, above 0
 * @param findReplicasByReplicaHosts DiscoverByShowSlaveHosts: read SHOW REPLICAS first
 * @param hostnameMethod MySQLHostnameResolveMethod: none, {@code @@hostname} or
 *     {@code @@report_host}
 * @param seeds DiscoverySeeds, {@code host[:port]}
 * @param ignoreHostnameFilters DiscoveryIgnoreHostnameFilters, regular expressions on host:port
 * @param defaultPort DefaultInstancePort
 * @param dataCenterPattern DataCenterPattern, {@code ""} for none
 * @param regionPattern RegionPattern, {@code ""} for none
 * @param environmentPattern PhysicalEnvironmentPattern, {@code ""} for none
 * @param clusterAliasQuery DetectClusterAliasQuery, {@code ""} for none
 * @param watchPrimaries keep a watch session open to each source, so that its loss is seen at once
 */
public record DiscoveryConfig(
    Duration pollInterval,
    int maxConcurrentVisits,
    boolean findReplicasByReplicaHosts,
    String hostnameMethod,
    List<String> seeds,
    List<String> ignoreHostnameFilters,
    int defaultPort,
    String dataCenterPattern,
    String regionPattern,
    String environmentPattern,
    String clusterAliasQuery,
    boolean watchPrimaries) {
  public DiscoveryConfig {
    if (!pollInterval.isPositive() || maxConcurrentVisits <= 0) {
      throw new IllegalArgumentException(
          "need InstancePollSeconds and DiscoveryMaxConcurrency above 0, got "
              + pollInterval
              + " and "
              + maxConcurrentVisits);
    }
    seeds = List.copyOf(seeds);
    ignoreHostnameFilters = List.copyOf(ignoreHostnameFilters);
  }
}
