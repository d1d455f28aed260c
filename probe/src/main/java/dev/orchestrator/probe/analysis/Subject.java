package dev.orchestrator.probe.analysis;

import dev.orchestrator.store.model.Instance;

/**
 * What the rules look at for one instance. Pure, immutable.
 *
 * @param instance the judged instance
 * @param valid its newest visit was good and none hangs
 * @param primary it replicates from nobody
 * @param counts its replicas
 * @param lagging replicas lagging more than reasonable
 * @param stale its binary log has not moved for too long while commits wait for acknowledgements
 */
record Subject(
    Instance instance,
    boolean valid,
    boolean primary,
    ReplicaCount counts,
    int lagging,
    boolean stale) {
  int replicas() {
    return counts.all();
  }

  int validReplicas() {
    return counts.valid();
  }

  /** No replica is replicating. */
  boolean nobodyReplicates() {
    return counts.replicating() == 0;
  }

  /**
   * No replica has a connection to the instance. A replica whose applier is stopped but whose
   * receiver is connected still is a witness that its source lives, so this, not {@link
   * #nobodyReplicates()}, decides whether a source is dead.
   */
  boolean nobodyIsConnected() {
    return counts.connected() == 0;
  }

  boolean everyReplicaLags() {
    return lagging == replicas()
        && counts.count(replica -> replica.replication().delaySeconds() > 0) < replicas();
  }

  boolean semiSyncWaits() {
    return instance.semiSync().sourceEnabled()
        && instance.semiSync().sourceStatus()
        && instance.semiSync().waitForReplicas() > 0
        && instance.semiSync().clients() < instance.semiSync().waitForReplicas();
  }

  boolean allReplicasValid() {
    return validReplicas() == replicas();
  }

  boolean someReplicasValid() {
    return validReplicas() > 0 && validReplicas() < replicas();
  }
}
