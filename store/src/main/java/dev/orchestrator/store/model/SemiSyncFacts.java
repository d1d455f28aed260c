package dev.orchestrator.store.model;

/**
 * Semi-synchronous replication as a server reports it. Immutable.
 *
 * @param available both sides' plugins are loaded
 * @param sourceEnabled acknowledgements are asked for when this server is a source
 * @param replicaEnabled this server acknowledges when it is a replica
 * @param sourceStatus semi-sync is in operation on the source side (not fallen back)
 * @param replicaStatus semi-sync is in operation on the replica side
 * @param timeoutMillis wait before falling back to asynchronous replication
 * @param waitForReplicas acknowledgements needed per commit
 * @param clients acknowledging replicas connected
 * @param waitPoint AFTER_SYNC or AFTER_COMMIT, {@code ""} when unknown
 * @param fallbacks how often semi-sync fell back since start (status ..._no_times), -1 when unknown
 */
public record SemiSyncFacts(
    boolean available,
    boolean sourceEnabled,
    boolean replicaEnabled,
    boolean sourceStatus,
    boolean replicaStatus,
    long timeoutMillis,
    int waitForReplicas,
    int clients,
    String waitPoint,
    long fallbacks) {
  /** No plugin loaded. */
  public static final SemiSyncFacts NONE =
      new SemiSyncFacts(false, false, false, false, false, 0, 0, 0, "", -1);

  /** The same with fewer clients, if there are more than this. */
  public SemiSyncFacts ofAtMost(int connected) {
    return new SemiSyncFacts(
        available,
        sourceEnabled,
        replicaEnabled,
        sourceStatus,
        replicaStatus,
        timeoutMillis,
        waitForReplicas,
        Math.min(clients, connected),
        waitPoint,
        fallbacks);
  }
}
