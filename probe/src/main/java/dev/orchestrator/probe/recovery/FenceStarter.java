package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Recovery;
import java.time.Duration;
import java.util.List;

/** Begins to fence replaced primaries that have come back writable (rule D9). */
final class FenceStarter {
  private static final Duration FENCE_PAUSE = Duration.ofSeconds(60);

  private final Workplace place;
  private final RogueFinder rogues;
  private final RecoveryRunner runner;

  FenceStarter(Workplace place, RecoveryRunner runner) {
    this.place = place;
    this.rogues = new RogueFinder(place.database());
    this.runner = runner;
  }

  void look(Topology topology) {
    rogues.find(topology).forEach(this::fence);
  }

  /**
   * A fence locks the one server that it touches, and not the cluster: it must not stand in the way
   * of a recovery of the new primary.
   */
  private void fence(RogueFinder.Rogue rogue) {
    Instance instance = rogue.instance();
    String lock = FencePlaybook.LOCK_PREFIX + rogue.cluster().clusterId();
    if (place.pauses().paused(lock) || !place.database().settings().recoveriesEnabled()) {
      return;
    }
    Recovery.Subject subject =
        new Recovery.Subject(
            FencePlaybook.KIND,
            lock,
            rogue.cluster().primaryKey().toString(),
            rogue.cluster().alias(),
            instance.key(),
            instance.server().uuid(),
            "RoguePrimary",
            instance.key() + " is writable but was replaced by " + rogue.cluster().primaryKey(),
            List.of(),
            List.of(instance.server().uuid()),
            0,
            "");
    place.pauses().pause(lock, FENCE_PAUSE);
    place
        .threads()
        .launch(
            lock,
            "fence " + instance.key(),
            () -> {
              String uid = place.proposals().newUid();
              if (place.proposals().start(uid, subject, Duration.ZERO, true).accepted()) {
                place.database().recoveries().byUid(uid).ifPresent(runner::run);
              }
            });
  }
}
