package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Optional;

/**
 * What one server said of itself at one moment of a recovery. Immutable.
 *
 * @param key address under which it was read
 * @param uuid server_uuid, {@code ""} where the server has none
 * @param version {@code @@version}
 * @param readOnly read_only
 * @param superReadOnly super_read_only, false where unknown
 * @param logBin log_bin
 * @param logReplicaUpdates log_replica_updates
 * @param gtidMode gtid_mode, {@code ""} where unknown
 * @param executed gtid_executed
 * @param purged gtid_purged
 * @param channel its replication, empty for a server that replicates from nobody
 * @param channels number of replication channels
 * @param semiSync its semi-synchronous settings
 * @param uptimeSeconds how long its process has been running, -1 where unknown
 */
record ServerReading(
    InstanceKey key,
    String uuid,
    String version,
    boolean readOnly,
    boolean superReadOnly,
    boolean logBin,
    boolean logReplicaUpdates,
    String gtidMode,
    GtidSet executed,
    GtidSet purged,
    Optional<Channel> channel,
    int channels,
    SemiSync semiSync,
    long uptimeSeconds) {

  /** With unknown uptime. */
  ServerReading(
      InstanceKey key,
      String uuid,
      String version,
      boolean readOnly,
      boolean superReadOnly,
      boolean logBin,
      boolean logReplicaUpdates,
      String gtidMode,
      GtidSet executed,
      GtidSet purged,
      Optional<Channel> channel,
      int channels,
      SemiSync semiSync) {
    this(
        key,
        uuid,
        version,
        readOnly,
        superReadOnly,
        logBin,
        logReplicaUpdates,
        gtidMode,
        executed,
        purged,
        channel,
        channels,
        semiSync,
        -1);
  }

  /** The same, with the uptime. */
  ServerReading up(long seconds) {
    return new ServerReading(
        key,
        uuid,
        version,
        readOnly,
        superReadOnly,
        logBin,
        logReplicaUpdates,
        gtidMode,
        executed,
        purged,
        channel,
        channels,
        semiSync,
        seconds);
  }

  /** Everything that has reached this server, executed or still in its relay log (rule D1). */
  GtidSet received() {
    return channel.map(c -> executed.union(c.retrieved())).orElse(executed);
  }

  /** The same, once it has received more through its channel. */
  ServerReading receiving(GtidSet more) {
    return new ServerReading(
        key,
        uuid,
        version,
        readOnly,
        superReadOnly,
        logBin,
        logReplicaUpdates,
        gtidMode,
        executed,
        purged,
        channel.map(c -> c.retrieving(more)),
        channels,
        semiSync,
        uptimeSeconds);
  }

  boolean writable() {
    return !readOnly && !superReadOnly;
  }

  boolean appliedAll() {
    return executed.contains(received());
  }

  /** The default replication channel. */
  record Channel(
      InstanceKey source,
      String sourceUuid,
      boolean receiverStopped,
      boolean receiverRunning,
      boolean applierRunning,
      GtidSet retrieved,
      long delaySeconds,
      boolean autoPosition,
      String receiverError,
      String applierError) {
    Channel retrieving(GtidSet more) {
      return new Channel(
          source,
          sourceUuid,
          receiverStopped,
          receiverRunning,
          applierRunning,
          retrieved.union(more),
          delaySeconds,
          autoPosition,
          receiverError,
          applierError);
    }

    boolean running() {
      return receiverRunning && applierRunning;
    }

    boolean delayed() {
      return delaySeconds > 0;
    }
  }

  /**
   * Settings of semi-synchronous replication.
   *
   * @param words which vocabulary its variables use
   * @param sourceSide the plugin of the source side is loaded
   * @param replicaSide the plugin of the replica side is loaded
   */
  record SemiSync(
      SemiSyncWords words,
      boolean sourceSide,
      boolean replicaSide,
      boolean sourceEnabled,
      boolean replicaEnabled,
      int waitForReplicas,
      String waitPoint,
      long timeoutMillis) {
    static final SemiSync NONE =
        new SemiSync(SemiSyncWords.SOURCE_REPLICA, false, false, false, false, 0, "", 0);
  }
}
