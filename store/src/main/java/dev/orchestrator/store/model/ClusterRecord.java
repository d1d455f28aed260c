package dev.orchestrator.store.model;

/**
 * The primary record (rule A1): which server is the primary of a cluster, by agreement. Replicated.
 * Immutable.
 *
 * @param clusterId immutable random id of the cluster
 * @param primaryUuid server uuid of the designated primary
 * @param primaryKey its address
 * @param epoch grows by one with each designation, from 1
 * @param alias alias under which people know the cluster, {@code ""} for none
 */
public record ClusterRecord(
    String clusterId, String primaryUuid, InstanceKey primaryKey, long epoch, String alias) {}
