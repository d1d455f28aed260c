package dev.orchestrator.probe.recovery;

/** The names of semi-synchronous settings: they changed with MySQL 8.0.26. */
enum SemiSyncWords {
  SOURCE_REPLICA(
      "rpl_semi_sync_source_", "rpl_semi_sync_replica_enabled", "wait_for_replica_count"),
  OLD("rpl_semi_sync_master_", "rpl_semi_sync_slave_enabled", "wait_for_slave_count");

  private final String sourcePrefix;
  private final String replicaEnabled;
  private final String waitCount;

  SemiSyncWords(String sourcePrefix, String replicaEnabled, String waitCount) {
    this.sourcePrefix = sourcePrefix;
    this.replicaEnabled = replicaEnabled;
    this.waitCount = waitCount;
  }

  String sourceEnabled() {
    return sourcePrefix + "enabled";
  }

  String replicaEnabled() {
    return replicaEnabled;
  }

  String waitForReplicas() {
    return sourcePrefix + waitCount;
  }

  String waitPoint() {
    return sourcePrefix + "wait_point";
  }

  String timeout() {
    return sourcePrefix + "timeout";
  }
}
