package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Finds primaries that a failover replaced and that have come back, and has each judged once. */
final class ReturnStarter {
  private static final Duration RETURN_PAUSE = Duration.ofSeconds(30);
  private static final int MAX_HISTORY = 1_000;

  private final Workplace place;
  private final RecoveryRunner runner;

  ReturnStarter(Workplace place, RecoveryRunner runner) {
    this.place = place;
    this.runner = runner;
  }

  void look(Topology topology) {
    for (ClusterRecord cluster : place.database().clusters().all()) {
      boolean primaryThere =
          topology.instances().stream()
              .filter(i -> i.server().uuid().equals(cluster.primaryUuid()))
              .anyMatch(ClusterKeeper::isWritablePrimary);
      if (primaryThere && !place.pauses().paused(lock(cluster))) {
        topology.instances().stream()
            .filter(instance -> isBack(instance, cluster))
            .findFirst()
            .ifPresent(instance -> start(instance, cluster));
      }
    }
  }

  private static String lock(ClusterRecord cluster) {
    return ReturnPlaybook.LOCK_PREFIX + cluster.clusterId();
  }

  /** One that is writable is fenced first. */
  private boolean isBack(Instance instance, ClusterRecord cluster) {
    String uuid = instance.server().uuid();
    boolean idle =
        !uuid.isEmpty()
            && !uuid.equals(cluster.primaryUuid())
            && instance.check().lastCheckValid()
            && instance.server().readOnly()
            && !instance.replication().configured();
    if (!idle) {
      return false;
    }
    Optional<Recovery> failover = failover(place.database(), cluster.clusterId(), uuid);
    return failover.isPresent()
        && seenSince(instance, failover.get().ending().orElseThrow().endedAt())
        && !judged(failover.get(), uuid);
  }

  /** The newest recovery of a cluster that replaced this server. */
  static Optional<Recovery> failover(Database database, String clusterId, String oldUuid) {
    return database.recoveries().newest(false, 0, MAX_HISTORY).stream()
        .filter(past -> past.subject().kind().equals(DeadPrimaryPlaybook.KIND))
        .filter(past -> past.subject().clusterId().equals(clusterId))
        .filter(past -> past.subject().failedUuid().equals(oldUuid))
        .filter(past -> past.ending().map(Recovery.Ending::successful).orElse(false))
        .findFirst();
  }

  private boolean judged(Recovery failover, String uuid) {
    return place.database().recoveries().newest(false, 0, MAX_HISTORY).stream()
        .filter(past -> past.subject().kind().equals(ReturnPlaybook.KIND))
        .filter(past -> past.subject().failedUuid().equals(uuid) && past.id() > failover.id())
        .anyMatch(
            past ->
                past.running()
                    || past.ending().map(Recovery.Ending::successful).orElse(false)
                    || quarantined(past));
  }

  private static boolean quarantined(Recovery past) {
    return past.ending().map(Recovery.Ending::errors).orElse(List.of()).stream()
        .anyMatch(error -> error.startsWith(ReturnPlaybook.QUARANTINED));
  }

  private static boolean seenSince(Instance instance, Instant moment) {
    return instance.check().seenAt().minus(instance.check().latency()).isAfter(moment);
  }

  private void start(Instance old, ClusterRecord cluster) {
    String lock = lock(cluster);
    if (!place.database().settings().recoveriesEnabled()) {
      return;
    }
    Recovery.Subject subject =
        new Recovery.Subject(
            ReturnPlaybook.KIND,
            lock,
            cluster.primaryKey().toString(),
            cluster.alias(),
            old.key(),
            old.server().uuid(),
            "OldPrimaryReturned",
            old.key() + " has come back; it was replaced by " + cluster.primaryKey(),
            List.of(),
            List.of(old.server().uuid()),
            0,
            "");
    place.pauses().pause(lock, RETURN_PAUSE);
    place
        .threads()
        .launch(
            lock,
            "return of " + old.key(),
            () -> {
              String uid = place.proposals().newUid();
              if (place.proposals().start(uid, subject, Duration.ZERO, true).accepted()) {
                place.database().recoveries().byUid(uid).ifPresent(runner::run);
              }
            });
  }
}
