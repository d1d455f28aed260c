package dev.orchestrator.probe.discovery;

import dev.orchestrator.probe.mysql.Observation;
import dev.orchestrator.probe.mysql.ServerStatus;
import dev.orchestrator.probe.topology.ErrantTransactions;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ServerFacts;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Turns observations into what is known of the fleet. Times are kept in whole milliseconds, as the
 * store keeps them, and a failure is always later than the last good visit, even when the wall
 * clock was set back. Thread-safe.
 */
final class SightingLog {
  private static final int MAX_DURABLE = 100_000;

  private final KnownFleet fleet;
  private final PlacementPatterns patterns;
  private final Clock clock;

  /** Of servers as they were when they were last seen. */
  private final Map<InstanceKey, Boolean> durable = new ConcurrentHashMap<>();

  SightingLog(KnownFleet fleet, PlacementPatterns patterns, Clock clock) {
    this.fleet = fleet;
    this.patterns = patterns;
    this.clock = clock;
  }

  /**
   * What changed.
   *
   * @param key name of the instance
   * @param before what was known, empty for a new one
   * @param after what is known now, empty when an unknown server did not answer
   * @param error why the visit failed, {@code ""} when it did not
   */
  record Change(
      InstanceKey key, Optional<Instance> before, Optional<Instance> after, String error) {
    /** Whether judgement may differ now: reachability or replication changed. */
    boolean matters() {
      if (before.isEmpty() || after.isEmpty()) {
        return after.isPresent();
      }
      Instance old = before.get();
      Instance now = after.get();
      return old.check().checkedAt().equals(Instant.EPOCH)
          || old.check().lastCheckValid() != now.check().lastCheckValid()
          || old.check().partialSuccess() != now.check().partialSuccess()
          || !old.server().uuid().equals(now.server().uuid())
          || !old.server().gtidErrant().equals(now.server().gtidErrant())
          || old.server().readOnly() != now.server().readOnly()
          || !old.replication().source().equals(now.replication().source())
          || old.replication().receiver() != now.replication().receiver()
          || old.replication().applier() != now.replication().applier()
          || !old.replication().lastReceiverError().equals(now.replication().lastReceiverError())
          || !old.semiSync().equals(now.semiSync());
    }
  }

  /** Whether a server's commits were durable when it was last seen by this process. */
  Optional<Boolean> durable(InstanceKey key) {
    return Optional.ofNullable(durable.get(key));
  }

  void begun(InstanceKey key) {
    fleet.attempted(key, clock.instant().truncatedTo(ChronoUnit.MILLIS));
  }

  Change ended(Observation observation) {
    return switch (observation) {
      case Observation.Reached reached -> reached(reached);
      case Observation.Unreached unreached -> unreached(unreached);
    };
  }

  private Change reached(Observation.Reached reached) {
    ServerStatus status = reached.status();
    InstanceKey key = new InstanceKey(status.hostname(), reached.key().port());
    if (!key.equals(reached.key())) {
      fleet.rename(reached.key(), key);
    }
    if (durable.size() < MAX_DURABLE || durable.containsKey(key)) {
      durable.put(key, status.durable());
    }
    Instant begun = reached.startedAt().truncatedTo(ChronoUnit.MILLIS);
    Instant seen = later(clock.instant().truncatedTo(ChronoUnit.MILLIS), begun);
    Instance instance =
        new Instance(
            key,
            status.server(),
            status.replication(),
            status.semiSync(),
            status.replicas().stream().map(fleet::nameOf).toList(),
            patterns.of(key, status.clusterAlias()),
            new CheckTimes(begun, seen, seen, false, reached.latency(), ""));
    Optional<Instance> before = fleet.put(withErrant(instance));
    return new Change(key, before, fleet.find(key), "");
  }

  private Instance withErrant(Instance instance) {
    List<Instance> ancestors = fleet.ancestorsOf(instance);
    ServerFacts server = instance.server();
    String errant = ErrantTransactions.of(instance, ancestors);
    return new Instance(
        instance.key(),
        new ServerFacts(
            server.uuid(),
            server.serverId(),
            server.version(),
            server.versionComment(),
            server.uptimeSeconds(),
            server.readOnly(),
            server.superReadOnly(),
            server.binlogFormat(),
            server.binlogRowImage(),
            server.logBin(),
            server.logReplicaUpdates(),
            server.selfCoordinates(),
            server.gtidMode(),
            server.gtidExecuted(),
            server.gtidPurged(),
            errant),
        instance.replication(),
        instance.semiSync(),
        instance.replicas(),
        instance.placement(),
        instance.check());
  }

  private Change unreached(Observation.Unreached unreached) {
    InstanceKey key = fleet.nameOf(unreached.key());
    Optional<Instance> known = fleet.find(key);
    String error = unreached.cause() + ": " + unreached.message();
    if (known.isEmpty()) {
      return new Change(key, known, Optional.empty(), error);
    }
    CheckTimes old = known.get().check();
    Instant begun = unreached.startedAt().truncatedTo(ChronoUnit.MILLIS);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Instant checked = later(later(now, begun), old.seenAt().plusMillis(1));
    Optional<Instance> before =
        fleet.putCheck(
            key,
            new CheckTimes(
                begun, checked, old.seenAt(), unreached.partial(), old.latency(), error));
    return new Change(key, before, fleet.find(key), error);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }
}
