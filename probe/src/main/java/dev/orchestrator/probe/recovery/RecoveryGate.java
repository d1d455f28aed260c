package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Says whether a failure may be recovered now, and if not, why not. Thread-safe. */
final class RecoveryGate {
  private static final Set<AnalysisCode> DEAD_PRIMARY =
      EnumSet.of(AnalysisCode.DEAD_PRIMARY, AnalysisCode.DEAD_PRIMARY_AND_SOME_REPLICAS);

  /** Recoveries after which a cluster is given time to settle. */
  private static final Set<String> CHANGES_PRIMARY =
      Set.of(DeadPrimaryPlaybook.KIND, PlannedTakeoverPlaybook.KIND);

  private static final int RECENT = 100;

  /** Failures that are registered although nothing is done about them. */
  private static final Set<AnalysisCode> NOTED =
      EnumSet.of(
          AnalysisCode.DEAD_PRIMARY_AND_REPLICAS,
          AnalysisCode.UNREACHABLE_PRIMARY,
          AnalysisCode.UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS,
          AnalysisCode.ALL_PRIMARY_REPLICAS_NOT_REPLICATING,
          AnalysisCode.ALL_PRIMARY_REPLICAS_NOT_REPLICATING_OR_DEAD,
          AnalysisCode.DEAD_INTERMEDIATE_SOURCE,
          AnalysisCode.DEAD_INTERMEDIATE_SOURCE_AND_SOME_REPLICAS,
          AnalysisCode.DEAD_INTERMEDIATE_SOURCE_AND_REPLICAS);

  private volatile RecoveryConfig config;
  private final Database database;

  RecoveryGate(RecoveryConfig config, Database database) {
    this.config = config;
    this.database = database;
  }

  void reconfigure(RecoveryConfig newConfig) {
    config = newConfig;
  }

  static boolean recoverable(Analysis analysis) {
    return DEAD_PRIMARY.contains(analysis.code());
  }

  /** Whether a failure is registered and its detection hooks run. */
  static boolean registered(Analysis analysis) {
    return !analysis.skippable() && (recoverable(analysis) || NOTED.contains(analysis.code()));
  }

  /**
   * Every reason for which no recovery starts now; none means that it may.
   *
   * @param leadingSince start of this node's leadership: older visits do not count (rule A9)
   */
  List<String> reasons(Analysis analysis, Instant now, Instant leadingSince) {
    if (!recoverable(analysis)) {
      return List.of(analysis.code().publishedName() + " is not recovered automatically");
    }
    List<String> reasons = new ArrayList<>(reasonsAgainstTouching(analysis, now, leadingSince));
    doubt(analysis, leadingSince).map(PromotionDoubt::refusal).ifPresent(reasons::add);
    return List.copyOf(reasons);
  }

  /** The server that may be writable and keeps others from being promoted (rule A5). */
  Optional<PromotionDoubt> doubt(Analysis analysis, Instant leadingSince) {
    return database
        .clusters()
        .byPrimaryUuid(analysis.instance().server().uuid())
        .flatMap(record -> PromotionDoubt.open(database, record, leadingSince));
  }

  /** Why servers are not touched now, whatever kind of failure it is. */
  List<String> reasonsAgainstTouching(Analysis analysis, Instant now, Instant leadingSince) {
    List<String> reasons = new ArrayList<>();
    Instance failed = analysis.instance();
    if (analysis.skippable()) {
      reasons.add(failed.key() + " or all its replicas are in downtime");
    }
    String cluster = failed.placement().clusterName();
    if (!ClusterFilter.matches(config.clusterFilters(), cluster, analysis.clusterAlias())) {
      reasons.add("no entry of RecoverMasterClusterFilters matches " + cluster);
    }
    if (!database.settings().recoveriesEnabled()) {
      reasons.add("automatic recoveries are switched off globally");
    }
    Optional<ClusterRecord> record = database.clusters().byPrimaryUuid(failed.server().uuid());
    if (record.isEmpty()) {
      reasons.add(failed.key() + " is not the recorded primary of a cluster");
    } else {
      reasons.addAll(blocks(record.get().clusterId(), now));
    }
    List<Instance> members = new ArrayList<>(analysis.replicas());
    members.add(failed);
    for (Instance member : members) {
      if (member.check().checkedAt().isBefore(leadingSince)) {
        reasons.add("waiting for an own visit of " + member.key() + " since this node leads");
      }
    }
    return List.copyOf(reasons);
  }

  /** The pause of a cluster in words, while it lasts (rule A11). */
  static Optional<String> pause(Database database, String clusterId, Instant now) {
    return database
        .settings()
        .pause(clusterId)
        .filter(pause -> pause.inForce(now))
        .map(
            pause ->
                "recoveries of this cluster are paused until "
                    + pause.endsAt()
                    + " by "
                    + pause.owner()
                    + ": "
                    + pause.reason());
  }

  private List<String> blocks(String clusterId, Instant now) {
    List<String> reasons = new ArrayList<>();
    pause(database, clusterId, now).ifPresent(reasons::add);
    grace(clusterId, now).ifPresent(reasons::add);
    for (Recovery running : database.recoveries().running()) {
      if (running.subject().clusterId().equals(clusterId)) {
        reasons.add("recovery " + running.uid() + " of this cluster is running");
      }
    }
    for (Recovery blocking : database.recoveries().blocking(clusterId, now)) {
      if (!blocking.running()) {
        reasons.add(
            "recovery "
                + blocking.uid()
                + " blocks further ones until "
                + blocking.blockedUntil()
                + " or its acknowledgement");
      }
    }
    return reasons;
  }

  /** Whoever lost a primary a moment ago, or handed one over, is given time to settle (A11). */
  private Optional<String> grace(String clusterId, Instant now) {
    if (config.gracePeriod().isZero()) {
      return Optional.empty();
    }
    return database.recoveries().newest(false, 0, RECENT).stream()
        .filter(past -> past.subject().clusterId().equals(clusterId))
        .filter(past -> CHANGES_PRIMARY.contains(past.subject().kind()))
        .flatMap(past -> past.ending().stream())
        .map(ending -> ending.endedAt().plus(config.gracePeriod()))
        .filter(now::isBefore)
        .findFirst()
        .map(end -> "the cluster is given time to settle after a recovery until " + end);
  }
}
