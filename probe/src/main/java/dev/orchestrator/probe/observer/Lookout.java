package dev.orchestrator.probe.observer;

import dev.orchestrator.probe.discovery.VisitTrack;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicaThreadState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/**
 * Turns what this member's visits saw into its report: sources that fail, that failed lately, or
 * that were asked for. Thread-safe; times in nanoseconds of one monotonic clock.
 */
final class Lookout {
  /** A note must stay small: in a larger disaster each member tells of the first ones by name. */
  static final int MAX_SIGHTINGS = 100;

  private static final int MAX_CONNECTED = 20;

  /** A visit that hangs this long counts as a failed one. */
  private static final long HANGS_NANOS = Duration.ofMillis(900).toNanos();

  /** What was asked for, or failed, is told of for so long. */
  private static final long TOLD_NANOS = Duration.ofSeconds(10).toNanos();

  /** A failure asks the others to look for so long; later they look at poll speed. */
  private static final long ASKS_NANOS = Duration.ofSeconds(30).toNanos();

  private final Function<InstanceKey, VisitTrack> tracks;
  private final Map<InstanceKey, Long> askedNanos = new HashMap<>();

  Lookout(Function<InstanceKey, VisitTrack> tracks) {
    this.tracks = tracks;
  }

  /** Somebody wants to know about these. */
  synchronized void asked(List<InstanceKey> sources, long nowNanos) {
    askedNanos.values().removeIf(at -> nowNanos - at > TOLD_NANOS);
    for (InstanceKey key : sources) {
      if (askedNanos.size() < MAX_SIGHTINGS || askedNanos.containsKey(key)) {
        askedNanos.put(key, nowNanos);
      }
    }
  }

  synchronized Report report(Topology topology, long nowNanos) {
    int known = 0;
    int answering = 0;
    Set<InstanceKey> sources = new HashSet<>();
    for (Instance instance : topology.instances()) {
      known++;
      if (instance.isReplica()) {
        sources.add(instance.replication().source());
      }
      VisitTrack track = tracks.apply(instance.key());
      if (track.finishedStartNanos().isPresent() && failures(track, nowNanos) == 0) {
        answering++;
      }
    }
    List<Sighting> sightings = new ArrayList<>();
    List<InstanceKey> asking = new ArrayList<>();
    for (Instance instance : topology.instances()) {
      InstanceKey key = instance.key();
      VisitTrack track = tracks.apply(key);
      boolean failing = failures(track, nowNanos) > 0;
      boolean wanted = nowNanos - askedNanos.getOrDefault(key, nowNanos - TOLD_NANOS) < TOLD_NANOS;
      boolean told = wanted || (failing && sources.contains(key));
      if (told && sightings.size() < MAX_SIGHTINGS) {
        sightings.add(sighting(instance, track, topology, nowNanos));
        if (failing && nowNanos - failingSince(track, nowNanos) < ASKS_NANOS) {
          asking.add(key);
        }
      }
    }
    return new Report(known, answering, sightings, asking);
  }

  private Sighting sighting(Instance source, VisitTrack track, Topology topology, long nowNanos) {
    int failures = failures(track, nowNanos);
    long since = failures == 0 ? nowNanos : failingSince(track, nowNanos);
    boolean hangs = track.failedInARow() == 0 && failures > 0;
    return new Sighting(
        source.key(),
        source.server().uuid(),
        track.goodStartNanos().isPresent()
            ? OptionalLong.of(millis(nowNanos - track.goodStartNanos().getAsLong()))
            : OptionalLong.empty(),
        writable(source),
        failures,
        millis(nowNanos - since),
        hangs ? "" : track.cause().map(Enum::name).orElse(""),
        failures == 0 ? List.of() : connected(source.key(), topology, since));
  }

  private static boolean writable(Instance source) {
    return !source.replication().configured()
        && !source.server().readOnly()
        && !source.server().superReadOnly();
  }

  /** Failed visits in a row; one that hangs is one more. */
  private static int failures(VisitTrack track, long nowNanos) {
    long anyTime = nowNanos - Long.MAX_VALUE / 2;
    return track.failedInARow() + (track.hangsSince(anyTime, nowNanos, HANGS_NANOS) ? 1 : 0);
  }

  private static long failingSince(VisitTrack track, long nowNanos) {
    return track.failingSinceNanos().orElse(track.runningSinceNanos().orElse(nowNanos));
  }

  private List<InstanceKey> connected(InstanceKey source, Topology topology, long sinceNanos) {
    return topology.replicasOf(source).stream()
        .filter(replica -> replica.check().lastCheckValid())
        .filter(replica -> replica.replication().receiver() == ReplicaThreadState.RUNNING)
        .filter(replica -> tracks.apply(replica.key()).finishedOneSince(sinceNanos))
        .map(Instance::key)
        .limit(MAX_CONNECTED)
        .toList();
  }

  private static long millis(long nanos) {
    return Math.max(0, nanos / 1_000_000);
  }
}
