package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** What speaks against a replica as the new primary, whatever it received. Pure. */
final class Fitness {
  /** What the fault begins with that a named person may overrule (rule D2). */
  static final String ERRANT = "holds errant transactions ";

  private final Gathering gathering;
  private final Set<String> legitimate;
  private final boolean delayEnds;

  /**
   * @param delayEnds whether a person ends the delay of who is delayed (rule D6)
   */
  Fitness(Gathering gathering, boolean delayEnds) {
    this.gathering = gathering;
    this.legitimate = legitimateUuids(gathering);
    this.delayEnds = delayEnds;
  }

  /**
   * The cluster's primaries, and uuids that all replicas share: what reached everybody came through
   * the source. One replica alone proves that of every uuid but its own.
   */
  private static Set<String> legitimateUuids(Gathering gathering) {
    Set<String> legitimate = new TreeSet<>(gathering.legitimate());
    List<Replica> replicas = gathering.replicas();
    if (!replicas.isEmpty()) {
      Set<String> shared = new TreeSet<>(replicas.getFirst().reading().received().uuids());
      replicas.forEach(replica -> shared.retainAll(replica.reading().received().uuids()));
      if (replicas.size() == 1) {
        shared.remove(replicas.getFirst().reading().uuid());
      }
      legitimate.addAll(shared);
    }
    return legitimate;
  }

  /** Why it cannot be a primary at all. */
  List<String> faults(ServerReading reading) {
    List<String> faults = sourceFaults(reading);
    if (gathering.policy().semiSync() && !reading.semiSync().sourceSide()) {
      faults.add("has no semi-sync source plugin to keep the promise of the old primary");
    }
    return faults;
  }

  /** Why others could not follow it, writable or not. */
  List<String> sourceFaults(ServerReading reading) {
    List<String> faults = new ArrayList<>();
    GtidSet errant = reading.received().withoutUuids(legitimate);
    if (!errant.isEmpty()) {
      faults.add(ERRANT + CandidateSelector.shown(errant));
    }
    if (!reading.gtidMode().equals("ON")) {
      faults.add("gtid_mode is not ON");
    }
    if (!reading.logBin()) {
      faults.add("log_bin is off");
    }
    if (!reading.logReplicaUpdates()) {
      faults.add("log_replica_updates is off");
    }
    if (reading.channels() > 1) {
      faults.add("replicates through " + reading.channels() + " channels");
    }
    reading
        .channel()
        .ifPresent(
            channel -> {
              if (channel.delayed() && !delayEnds) {
                faults.add("is delayed by " + channel.delaySeconds() + " s");
              }
              if (!channel.applierError().isEmpty() && !reading.appliedAll()) {
                faults.add("cannot apply what it received: " + channel.applierError());
              }
            });
    return faults;
  }

  /**
   * What people and configuration have against a replica; a person who names it overrules rules.
   */
  List<String> objections(Replica replica, Optional<InstanceKey> designated) {
    List<String> objections = new ArrayList<>();
    if (!designated.equals(Optional.of(replica.key()))) {
      if (replica.standing().rule() == PromotionRule.MUST_NOT) {
        objections.add("its promotion rule is must_not");
      }
      if (replica.standing().ignored()) {
        objections.add("PromotionIgnoreHostnameFilters match its name");
      }
    }
    String dataCenter = replica.place().dataCenter();
    if (gathering.promotion().sameDataCenter() && !dataCenter.equals(home().dataCenter())) {
      objections.add(
          "is in data center '%s', not '%s' (PreventCrossDataCenterMasterFailover)"
              .formatted(dataCenter, home().dataCenter()));
    }
    String region = replica.place().region();
    if (gathering.promotion().sameRegion() && !region.equals(home().region())) {
      objections.add(
          "is in region '%s', not '%s' (PreventCrossRegionMasterFailover)"
              .formatted(region, home().region()));
    }
    behind(replica).ifPresent(objections::add);
    return objections;
  }

  /** Lag counts as long as there is something to apply; an unknown one counts as too much. */
  private Optional<String> behind(Replica replica) {
    Duration limit = gathering.promotion().maxLag();
    OptionalLong lag = replica.standing().lagSeconds();
    if (limit.isZero()
        || replica.reading().appliedAll()
        || (lag.isPresent() && lag.getAsLong() < limit.toSeconds())) {
      return Optional.empty();
    }
    return Optional.of(
        (lag.isPresent()
                ? "is " + lag.getAsLong() + " s behind"
                : "is behind, nobody knows how far")
            + " (FailMasterPromotionOnLagMinutes)");
  }

  /** What it received of the cluster's own transactions. */
  GtidSet clean(Replica replica) {
    GtidSet received = replica.reading().received();
    return received.minus(received.withoutUuids(legitimate));
  }

  private Place home() {
    return gathering.home();
  }
}
