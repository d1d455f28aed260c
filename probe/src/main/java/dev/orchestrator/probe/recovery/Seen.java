package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.recovery.ServerReading.SemiSync;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A server as a visit or a recovery's own look saw it. Pure, immutable.
 *
 * @param standing what people think of it as a candidate
 * @param valid the newest look was good
 * @param lagSeconds how far it is behind, empty when unknown
 */
record Seen(
    ServerReading reading, Place place, Standing standing, boolean valid, OptionalLong lagSeconds) {
  /** What the newest good visit saw. */
  static Seen of(Instance instance, Standings standings) {
    return new Seen(
        reading(instance),
        Place.of(instance),
        standings.apply(instance),
        instance.check().lastCheckValid(),
        instance.replication().lagSeconds());
  }

  /** The same server, looked at again. */
  Seen now(ServerReading newer) {
    return new Seen(newer, place, standing, true, lagSeconds);
  }

  /** The same server, which could not be looked at again. */
  Seen gone() {
    return new Seen(reading, place, standing, false, lagSeconds);
  }

  private static ServerReading reading(Instance instance) {
    var server = instance.server();
    return new ServerReading(
        instance.key(),
        server.uuid(),
        server.version(),
        server.readOnly(),
        server.superReadOnly(),
        server.logBin(),
        server.logReplicaUpdates(),
        server.gtidMode(),
        gtids(server.gtidExecuted()),
        gtids(server.gtidPurged()),
        instance.replication().configured()
            ? Optional.of(channel(instance.replication()))
            : Optional.empty(),
        instance.replication().configured() ? 1 : 0,
        semiSync(instance.semiSync()));
  }

  private static GtidSet gtids(String text) {
    try {
      return GtidSet.parse(text);
    } catch (IllegalArgumentException e) {
      return GtidSet.EMPTY; // another vendor's GTIDs: gtid_mode is not ON there either
    }
  }

  private static Channel channel(ReplicationFacts facts) {
    return new Channel(
        facts.source(),
        facts.sourceUuid(),
        facts.receiver() == ReplicaThreadState.STOPPED,
        facts.receiver() == ReplicaThreadState.RUNNING,
        facts.applier() == ReplicaThreadState.RUNNING,
        gtids(facts.retrievedGtid()),
        facts.delaySeconds(),
        facts.autoPosition(),
        facts.lastReceiverError(),
        facts.lastApplierError());
  }

  private static SemiSync semiSync(SemiSyncFacts facts) {
    return new SemiSync(
        SemiSyncWords.SOURCE_REPLICA,
        facts.available(),
        facts.available(),
        facts.sourceEnabled(),
        facts.replicaEnabled(),
        facts.waitForReplicas(),
        facts.waitPoint(),
        facts.timeoutMillis());
  }
}
