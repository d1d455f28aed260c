package dev.orchestrator.store.model;

import java.util.OptionalLong;

/**
 * A replica's view of its own replication (SHOW REPLICA STATUS). Immutable.
 *
 * @param source address of the source, {@link InstanceKey#NONE} for a server that replicates from
 *     nobody
 * @param sourceUuid uuid of the source, {@code ""} when unknown
 * @param receiver state of the receiver (IO) thread
 * @param applier state of the applier (SQL) thread
 * @param read coordinates read from the source
 * @param executed source coordinates executed
 * @param relay coordinates in the relay log
 * @param retrievedGtid Retrieved_Gtid_Set without blanks
 * @param lastReceiverError Last_IO_Error, {@code ""} for none
 * @param lastApplierError Last_SQL_Error, {@code ""} for none
 * @param secondsBehindSource Seconds_Behind_Source, empty when the server says NULL
 * @param lagSeconds lag used for judgement, empty when unknown
 * @param delaySeconds configured SQL_Delay
 * @param autoPosition GTID auto position in use
 * @param user replication user, {@code ""} when unknown
 * @param credentialsAvailable stored credentials can be read from the server
 * @param filtered any replication filter is set
 * @param tls the source connection may use TLS
 */
public record ReplicationFacts(
    InstanceKey source,
    String sourceUuid,
    ReplicaThreadState receiver,
    ReplicaThreadState applier,
    BinlogCoordinates read,
    BinlogCoordinates executed,
    BinlogCoordinates relay,
    String retrievedGtid,
    String lastReceiverError,
    String lastApplierError,
    OptionalLong secondsBehindSource,
    OptionalLong lagSeconds,
    long delaySeconds,
    boolean autoPosition,
    String user,
    boolean credentialsAvailable,
    boolean filtered,
    boolean tls) {
  /** A server that replicates from nobody. */
  public static final ReplicationFacts NONE =
      new ReplicationFacts(
          InstanceKey.NONE,
          "",
          ReplicaThreadState.NO_THREAD,
          ReplicaThreadState.NO_THREAD,
          BinlogCoordinates.NONE,
          BinlogCoordinates.NONE,
          BinlogCoordinates.NONE,
          "",
          "",
          "",
          OptionalLong.empty(),
          OptionalLong.empty(),
          0,
          false,
          "",
          false,
          false,
          false);

  /** Whether a source is configured, attached or detached. */
  public boolean configured() {
    return !source.host().isEmpty() && !source.host().equals("_") && source.port() != 0;
  }

  /** Whether both threads run. */
  public boolean running() {
    return receiver == ReplicaThreadState.RUNNING && applier == ReplicaThreadState.RUNNING;
  }
}
