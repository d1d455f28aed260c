package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.recovery.ServerReading.SemiSync;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Optional;

/** Builds readings of replicas for tests; each starts as a healthy one. Immutable. */
record Readings(
    int n,
    String executed,
    String retrieved,
    String purged,
    String version,
    boolean logBin,
    boolean logReplicaUpdates,
    boolean semiSyncPlugin,
    long delaySeconds,
    String applierError,
    Place place) {
  static final InstanceKey DEAD = new InstanceKey("db1", 3306);
  static final String DEAD_UUID = uuid(1);

  /** Replica n has executed the first so many transactions of the dead primary. */
  static Readings replica(int n, int executed) {
    return new Readings(
        n,
        executed == 0 ? "" : DEAD_UUID + ":1-" + executed,
        "",
        "",
        "8.0.33",
        true,
        true,
        true,
        0,
        "",
        Place.UNKNOWN);
  }

  static String uuid(int n) {
    return String.format("%08d-0000-0000-0000-000000000000", n);
  }

  static InstanceKey key(int n) {
    return new InstanceKey("db" + n, 3306);
  }

  /** Has also received, but not executed, up to this transaction. */
  Readings received(int upTo) {
    return retrieved(DEAD_UUID + ":1-" + upTo);
  }

  Readings retrieved(String set) {
    return new Readings(
        n,
        executed,
        set,
        purged,
        version,
        logBin,
        logReplicaUpdates,
        semiSyncPlugin,
        delaySeconds,
        applierError,
        place);
  }

  /** Wrote something of its own. */
  Readings errant() {
    return executing("," + uuid(n) + ":1");
  }

  Readings executing(String more) {
    return new Readings(
        n,
        executed + more,
        retrieved,
        purged,
        version,
        logBin,
        logReplicaUpdates,
        semiSyncPlugin,
        delaySeconds,
        applierError,
        place);
  }

  Readings purged(int upTo) {
    return new Readings(
        n,
        executed,
        retrieved,
        DEAD_UUID + ":1-" + upTo,
        version,
        logBin,
        logReplicaUpdates,
        semiSyncPlugin,
        delaySeconds,
        applierError,
        place);
  }

  Readings version(String newVersion) {
    return new Readings(
        n,
        executed,
        retrieved,
        purged,
        newVersion,
        logBin,
        logReplicaUpdates,
        semiSyncPlugin,
        delaySeconds,
        applierError,
        place);
  }

  Readings delayed() {
    return new Readings(
        n,
        executed,
        retrieved,
        purged,
        version,
        logBin,
        logReplicaUpdates,
        semiSyncPlugin,
        3600,
        applierError,
        place);
  }

  Readings withoutBinlog() {
    return new Readings(
        n,
        executed,
        retrieved,
        purged,
        version,
        false,
        logReplicaUpdates,
        semiSyncPlugin,
        delaySeconds,
        applierError,
        place);
  }

  Readings failing(String error) {
    return new Readings(
        n,
        executed,
        retrieved,
        purged,
        version,
        logBin,
        logReplicaUpdates,
        semiSyncPlugin,
        delaySeconds,
        error,
        place);
  }

  Readings in(String dataCenter, String region) {
    return new Readings(
        n,
        executed,
        retrieved,
        purged,
        version,
        logBin,
        logReplicaUpdates,
        semiSyncPlugin,
        delaySeconds,
        applierError,
        new Place(dataCenter, region));
  }

  Replica read() {
    return new Replica(
        new ServerReading(
            key(n),
            uuid(n),
            version,
            true,
            true,
            logBin,
            logReplicaUpdates,
            "ON",
            GtidSet.parse(executed),
            GtidSet.parse(purged),
            Optional.of(
                new Channel(
                    DEAD,
                    DEAD_UUID,
                    true,
                    false,
                    applierError.isEmpty(),
                    GtidSet.parse(retrieved),
                    delaySeconds,
                    true,
                    "",
                    applierError)),
            1,
            new SemiSync(
                SemiSyncWords.SOURCE_REPLICA,
                semiSyncPlugin,
                semiSyncPlugin,
                false,
                false,
                1,
                "AFTER_SYNC",
                10_000)),
        place);
  }
}
