package dev.orchestrator.probe.mysql;

/**
 * What a visit reads beyond the usual. Immutable.
 *
 * @param findReplicasByReplicaHosts list replicas by SHOW REPLICAS first, else by the process list
 * @param hostnameMethod {@code none}, {@code @@hostname} or {@code @@report_host}
 * @param clusterAliasQuery query whose first column is the cluster's alias, {@code ""} for none
 */
public record VisitSettings(
    boolean findReplicasByReplicaHosts, String hostnameMethod, String clusterAliasQuery) {}
