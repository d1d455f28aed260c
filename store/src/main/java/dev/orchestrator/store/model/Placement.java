package dev.orchestrator.store.model;

/**
 * Where an instance stands in its topology and in the world. Immutable.
 *
 * @param clusterName {@code host:port} of the topology's root
 * @param suggestedAlias alias that the instance suggests for its cluster, {@code ""} for none
 * @param depth 0 for the root
 * @param coSource one of two servers that replicate from each other
 * @param dataCenter data center, {@code ""} when unknown
 * @param region region, {@code ""} when unknown
 * @param environment physical environment, {@code ""} when unknown
 * @param instanceAlias display name, {@code ""} for none
 */
public record Placement(
    String clusterName,
    String suggestedAlias,
    int depth,
    boolean coSource,
    String dataCenter,
    String region,
    String environment,
    String instanceAlias) {
  /** Nothing known but the cluster's name. */
  public static Placement inCluster(String clusterName) {
    return new Placement(clusterName, "", 0, false, "", "", "", "");
  }
}
