package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.SemiSyncFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the dead primary promised to its clients: how many replicas had received a transaction
 * before a commit was acknowledged (rule D3). Pure, immutable.
 *
 * @param semiSync commits waited for acknowledgements
 * @param acks acknowledgements per commit, k; 0 without semi-sync
 * @param ackers uuids of the replicas known to acknowledge
 * @param ackerCount how many servers may have acknowledged, n; at least the number of {@code
 *     ackers}
 * @param waitPoint AFTER_SYNC or AFTER_COMMIT, {@code ""} when unknown
 * @param timeoutMillis wait after which the primary would have gone on without acknowledgement
 * @param doubt why semi-sync may have fallen back before the death, {@code ""} when it cannot have
 */
record DurabilityPolicy(
    boolean semiSync,
    int acks,
    Set<String> ackers,
    int ackerCount,
    String waitPoint,
    long timeoutMillis,
    String doubt) {
  static final DurabilityPolicy ASYNCHRONOUS =
      new DurabilityPolicy(false, 0, Set.of(), 0, "", 0, "");

  DurabilityPolicy {
    ackers = java.util.Collections.unmodifiableSet(new TreeSet<>(ackers));
  }

  /**
   * The policy as the last visits saw it.
   *
   * @param now a moment after the death
   */
  static DurabilityPolicy of(Instance primary, Collection<Instance> replicas, Instant now) {
    SemiSyncFacts facts = primary.semiSync();
    if (!facts.sourceEnabled()) {
      return ASYNCHRONOUS;
    }
    Set<String> ackers = new TreeSet<>();
    int unknown = 0;
    for (Instance replica : replicas) {
      boolean neverRead = replica.server().uuid().isEmpty();
      if (replica.semiSync().replicaEnabled() && !neverRead) {
        ackers.add(replica.server().uuid());
      }
      unknown += neverRead ? 1 : 0;
    }
    return new DurabilityPolicy(
        true,
        Math.max(1, facts.waitForReplicas()),
        ackers,
        Math.max(ackers.size() + unknown, facts.clients()),
        facts.waitPoint(),
        facts.timeoutMillis(),
        doubt(primary, now));
  }

  /**
   * The same promise, with more servers that may have acknowledged: those that the last visits did
   * not know as ackers. They take the places of ackers that were only counted, then add to them.
   */
  DurabilityPolicy withAckers(Collection<String> more) {
    if (!semiSync) {
      return this;
    }
    Set<String> all = new TreeSet<>(ackers);
    all.addAll(more);
    return new DurabilityPolicy(
        true, acks, all, Math.max(ackerCount, all.size()), waitPoint, timeoutMillis, doubt);
  }

  /** A fallback after the last visit is impossible only if the primary lived less than the wait. */
  private static String doubt(Instance primary, Instant now) {
    SemiSyncFacts facts = primary.semiSync();
    if (!facts.sourceStatus()) {
      return "semi-sync had fallen back when the primary was last seen";
    }
    if (facts.fallbacks() != 0) {
      return facts.fallbacks() < 0
          ? "it is not known whether semi-sync ever fell back"
          : "semi-sync fell back " + facts.fallbacks() + " times since the primary's start";
    }
    Instant started = primary.check().seenAt().minusSeconds(primary.server().uptimeSeconds() + 1);
    if (Duration.between(started, now).toMillis() >= facts.timeoutMillis()) {
      return "semi-sync may have fallen back after the last visit: its timeout is "
          + facts.timeoutMillis()
          + " ms";
    }
    return "";
  }

  /** Ackers that must be read so that one of them holds every acknowledged transaction: n-k+1. */
  int ackersNeeded() {
    return semiSync ? Math.max(0, ackerCount - acks + 1) : 0;
  }

  /** The policy in words. */
  String words() {
    return semiSync
        ? "semi-sync " + acks + " of " + ackerCount + (waitPoint.isEmpty() ? "" : " " + waitPoint)
        : "asynchronous";
  }

  /** As arguments of a step, for a later leader. */
  Map<String, String> arguments() {
    return Map.of(
        "semiSync", Boolean.toString(semiSync),
        "acks", Integer.toString(acks),
        "ackers", String.join(",", ackers),
        "ackerCount", Integer.toString(ackerCount),
        "waitPoint", waitPoint,
        "timeoutMillis", Long.toString(timeoutMillis),
        "doubt", doubt);
  }

  static DurabilityPolicy of(Map<String, String> arguments) {
    String ackers = arguments.getOrDefault("ackers", "");
    return new DurabilityPolicy(
        Boolean.parseBoolean(arguments.get("semiSync")),
        Integer.parseInt(arguments.getOrDefault("acks", "0")),
        ackers.isEmpty() ? Set.of() : Set.of(ackers.split(",", -1)),
        Integer.parseInt(arguments.getOrDefault("ackerCount", "0")),
        arguments.getOrDefault("waitPoint", ""),
        Long.parseLong(arguments.getOrDefault("timeoutMillis", "0")),
        arguments.getOrDefault("doubt", ""));
  }
}
