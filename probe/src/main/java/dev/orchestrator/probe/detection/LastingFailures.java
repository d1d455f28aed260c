package dev.orchestrator.probe.detection;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.discovery.VisitTrack;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Remembers since when each failure is there, and says which have lasted (rules A9 and A11). A
 * failure has lasted when
 *
 * <ul>
 *   <li>its judgement has been of the same kind for the reaction time without a break,
 *   <li>enough visits of the failed server, begun after that judgement, have failed (for a primary
 *       that was judged unreachable, now or before it was judged dead: that first visit, if this
 *       leader made it, and those after it),
 *   <li>each replica that bears witness was visited after the judgement, and
 *   <li>every known member of the cluster was visited, well or in vain, since leadership began.
 * </ul>
 *
 * <p>Without threads and clocks; the time is given, in nanoseconds of the monotonic clock. Confined
 * to its caller's thread.
 */
final class LastingFailures {
  /** A visit that hangs this long proves unreachability as well as one that failed. */
  private static final long HANGS_NANOS = Duration.ofSeconds(1).toNanos();

  private volatile DetectionConfig config;
  private final Map<InstanceKey, Failure> failures = new HashMap<>();
  private long ledSinceNanos;

  LastingFailures(DetectionConfig config, long nowNanos) {
    this.config = config;
    this.ledSinceNanos = nowNanos;
  }

  /** From any thread. */
  void reconfigure(DetectionConfig newConfig) {
    config = newConfig;
  }

  /** Forgets everything: leadership has changed, what was seen before counts no more. */
  void restart(long nowNanos) {
    failures.clear();
    ledSinceNanos = nowNanos;
  }

  /** Takes the newest judgement of the fleet and returns those whose failure has lasted. */
  List<Analysis> judge(
      long nowNanos,
      Topology topology,
      List<Analysis> analyses,
      Function<InstanceKey, VisitTrack> tracks) {
    Set<InstanceKey> failing = new TreeSet<>();
    List<Analysis> lasting = new ArrayList<>();
    for (Analysis analysis : analyses) {
      if (analysis.code() == AnalysisCode.NO_PROBLEM) {
        continue;
      }
      InstanceKey key = analysis.instance().key();
      failing.add(key);
      Failure failure = remember(key, Kind.of(analysis.code()), nowNanos, tracks.apply(key));
      if (hasLasted(failure, analysis, nowNanos, topology, tracks)) {
        lasting.add(analysis);
      }
    }
    failures.keySet().retainAll(failing);
    return List.copyOf(lasting);
  }

  /** Whether some failure is there that has not lasted yet, so that judging often pays. */
  boolean pending(List<Analysis> lasting) {
    return failures.size() > lasting.size();
  }

  /** How long a failure has been judged without a break; zero for one that is not there. */
  Duration lasting(InstanceKey key, long nowNanos) {
    Failure failure = failures.get(key);
    return failure == null ? Duration.ZERO : Duration.ofNanos(nowNanos - failure.sinceNanos);
  }

  private Failure remember(InstanceKey key, Kind kind, long nowNanos, VisitTrack track) {
    Failure known = failures.get(key);
    if (known != null && known.kind == kind) {
      return known;
    }
    // Unreachable all the time, and now its replicas have lost it too: those visits count.
    long before =
        known != null && known.kind == Kind.PRIMARY_UNREACHABLE && kind == Kind.PRIMARY_DEAD
            ? known.failedVisitsBefore
            : track.failedVisits() - (showsUnreachable(kind, track) ? 1 : 0);
    Failure begun = new Failure(kind, nowNanos, before);
    failures.put(key, begun);
    return begun;
  }

  /**
   * A visit of a frozen server takes a second to fail: the one that showed it need not be made
   * again, if it was made since leadership began (rule A9).
   */
  private boolean showsUnreachable(Kind kind, VisitTrack track) {
    return kind == Kind.PRIMARY_UNREACHABLE
        && track.failedInARow() > 0
        && track.finishedOneSince(ledSinceNanos);
  }

  private boolean hasLasted(
      Failure failure,
      Analysis analysis,
      long nowNanos,
      Topology topology,
      Function<InstanceKey, VisitTrack> tracks) {
    if (nowNanos - failure.sinceNanos < config.reactionTime().toNanos()) {
      return false;
    }
    InstanceKey key = analysis.instance().key();
    boolean confirmed =
        analysis.lastCheckValid()
            ? tracks.apply(key).finishedOneSince(failure.sinceNanos)
            : failedSince(failure, tracks.apply(key), nowNanos) >= config.minFailedVisits();
    return confirmed
        && allSeenSince(failure.sinceNanos, nowNanos, analysis.replicas(), tracks)
        && allSeenSince(
            ledSinceNanos,
            nowNanos,
            topology.cluster(analysis.instance().placement().clusterName()),
            tracks);
  }

  private static long failedSince(Failure failure, VisitTrack track, long nowNanos) {
    boolean hangs = track.hangsSince(failure.sinceNanos, nowNanos, HANGS_NANOS);
    return track.failedVisits() - failure.failedVisitsBefore + (hangs ? 1 : 0);
  }

  private static boolean allSeenSince(
      long sinceNanos,
      long nowNanos,
      List<Instance> instances,
      Function<InstanceKey, VisitTrack> tracks) {
    return instances.stream()
        .map(instance -> tracks.apply(instance.key()))
        .allMatch(
            track ->
                track.finishedOneSince(sinceNanos)
                    || track.hangsSince(sinceNanos, nowNanos, HANGS_NANOS));
  }

  /**
   * Codes that mean the same failure, so that a replica that comes or goes does not restart the
   * clock.
   */
  private enum Kind {
    PRIMARY_DEAD,
    PRIMARY_UNREACHABLE,
    INTERMEDIATE_DEAD,
    INTERMEDIATE_UNREACHABLE,
    NOT_REPLICATING,
    SEMI_SYNC,
    FIRST_TIER;

    static Kind of(AnalysisCode code) {
      return switch (code) {
        case DEAD_PRIMARY,
            DEAD_PRIMARY_AND_SOME_REPLICAS,
            DEAD_PRIMARY_AND_REPLICAS,
            DEAD_PRIMARY_WITHOUT_REPLICAS ->
            PRIMARY_DEAD;
        case UNREACHABLE_PRIMARY, UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS -> PRIMARY_UNREACHABLE;
        case DEAD_INTERMEDIATE_SOURCE,
            DEAD_INTERMEDIATE_SOURCE_WITH_SINGLE_REPLICA,
            DEAD_INTERMEDIATE_SOURCE_AND_SOME_REPLICAS,
            DEAD_INTERMEDIATE_SOURCE_AND_REPLICAS ->
            INTERMEDIATE_DEAD;
        case UNREACHABLE_INTERMEDIATE_SOURCE -> INTERMEDIATE_UNREACHABLE;
        case PRIMARY_SINGLE_REPLICA_NOT_REPLICATING,
            PRIMARY_SINGLE_REPLICA_DEAD,
            ALL_PRIMARY_REPLICAS_NOT_REPLICATING,
            ALL_PRIMARY_REPLICAS_NOT_REPLICATING_OR_DEAD,
            ALL_INTERMEDIATE_SOURCE_REPLICAS_NOT_REPLICATING ->
            NOT_REPLICATING;
        case LOCKED_SEMI_SYNC_PRIMARY, LOCKED_SEMI_SYNC_PRIMARY_HYPOTHESIS -> SEMI_SYNC;
        case FIRST_TIER_REPLICA_FAILING_TO_CONNECT -> FIRST_TIER;
        case NO_PROBLEM -> throw new IllegalArgumentException("no problem is no failure");
      };
    }
  }

  private record Failure(Kind kind, long sinceNanos, long failedVisitsBefore) {}
}
