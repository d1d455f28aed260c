package dev.orchestrator.probe.analysis;

import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import java.util.List;
import java.util.Optional;

/**
 * Judgement of one instance and its replicas at one moment. Immutable.
 *
 * @param code what is wrong, or {@link AnalysisCode#NO_PROBLEM}
 * @param description the judgement in words
 * @param structureWarnings published names of structure warnings, sorted
 * @param instance the judged instance
 * @param clusterAlias alias of its cluster, {@code ""} for none
 * @param replicas its direct replicas, ordered by key
 * @param primary it is the primary of its cluster
 * @param lastCheckValid its newest visit was good and recent
 * @param counts replicas counted by kind
 * @param downtime downtime of the instance, if in force
 * @param replicasDowntimed all its replicas are in downtime, and the code is about replicas only
 */
public record Analysis(
    AnalysisCode code,
    String description,
    List<String> structureWarnings,
    Instance instance,
    String clusterAlias,
    List<Instance> replicas,
    boolean primary,
    boolean lastCheckValid,
    Counts counts,
    Optional<Downtime> downtime,
    boolean replicasDowntimed) {
  public Analysis {
    structureWarnings = List.copyOf(structureWarnings);
    replicas = List.copyOf(replicas);
  }

  /** Whether nothing may be done because of downtime. */
  public boolean skippable() {
    return downtime.isPresent() || replicasDowntimed;
  }

  /** Replicas of the judged instance, counted. */
  public record Counts(
      int replicas,
      int valid,
      int replicating,
      int failingToConnect,
      int downtimed,
      int lagging,
      int delayed,
      int logging,
      int statementLogging,
      int mixedLogging,
      int rowLogging,
      int distinctMajorVersions,
      int semiSyncEnabled,
      int gtid) {}
}
