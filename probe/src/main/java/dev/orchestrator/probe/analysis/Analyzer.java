package dev.orchestrator.probe.analysis;

import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Judges a topology. Pure: the same arguments give the same judgement. */
public final class Analyzer {
  private static final Comparator<Analysis> ORDER =
      Comparator.comparing((Analysis analysis) -> !analysis.primary())
          .thenComparingInt(analysis -> -analysis.counts().replicas())
          .thenComparing(analysis -> analysis.instance().key());

  /** Codes that only speak of replicas: with all replicas in downtime nobody need act. */
  private static final Set<AnalysisCode> ABOUT_REPLICAS =
      EnumSet.of(
          AnalysisCode.PRIMARY_SINGLE_REPLICA_DEAD,
          AnalysisCode.ALL_PRIMARY_REPLICAS_NOT_REPLICATING,
          AnalysisCode.ALL_PRIMARY_REPLICAS_NOT_REPLICATING_OR_DEAD,
          AnalysisCode.DEAD_INTERMEDIATE_SOURCE_WITH_SINGLE_REPLICA,
          AnalysisCode.DEAD_INTERMEDIATE_SOURCE_AND_SOME_REPLICAS,
          AnalysisCode.DEAD_INTERMEDIATE_SOURCE_AND_REPLICAS,
          AnalysisCode.ALL_INTERMEDIATE_SOURCE_REPLICAS_NOT_REPLICATING);

  private final AnalysisPolicy policy;

  public Analyzer(AnalysisPolicy policy) {
    this.policy = policy;
  }

  public AnalysisPolicy policy() {
    return policy;
  }

  /**
   * One analysis per instance that is a source or failing, problem or not; primaries first, then by
   * number of replicas, then by key.
   *
   * @param downtimes rows of the downtime table by instance
   * @param aliases cluster aliases by cluster name
   * @param now the moment of judgement
   */
  public List<Analysis> analyze(
      Topology topology,
      Map<InstanceKey, Downtime> downtimes,
      Map<String, String> aliases,
      Instant now) {
    return analyze(topology, downtimes, aliases, now, Set.of());
  }

  /**
   * As above.
   *
   * @param stale sources whose binary log has not moved for longer than reasonable while their
   *     commits wait for acknowledgements
   */
  public List<Analysis> analyze(
      Topology topology,
      Map<InstanceKey, Downtime> downtimes,
      Map<String, String> aliases,
      Instant now,
      Set<InstanceKey> stale) {
    Set<InstanceKey> downtimed = new TreeSet<>();
    downtimes.forEach(
        (key, downtime) -> {
          if (downtime.activeAt(now)) {
            downtimed.add(key);
          }
        });
    List<Analysis> analyses = new ArrayList<>();
    for (Instance instance : topology.instances()) {
      List<Instance> replicas = topology.replicasOf(instance.key());
      Subject subject = subject(instance, replicas, now, stale);
      if (!replicas.isEmpty() || !subject.valid() || ReplicaCount.failsToConnect(instance)) {
        Optional<Downtime> downtime =
            Optional.ofNullable(downtimes.get(instance.key())).filter(d -> d.activeAt(now));
        String cluster = instance.placement().clusterName();
        analyses.add(
            analysis(subject, replicas, downtimed, downtime, aliases.getOrDefault(cluster, "")));
      }
    }
    analyses.sort(ORDER);
    return List.copyOf(analyses);
  }

  private Subject subject(
      Instance instance, List<Instance> replicas, Instant now, Set<InstanceKey> stale) {
    ReplicaCount counts = new ReplicaCount(replicas);
    return new Subject(
        instance,
        valid(instance.check(), now),
        !instance.isReplica(),
        counts,
        counts.count(r -> ReplicaCount.lagging(r, policy.reasonableLag().toSeconds())),
        stale.contains(instance.key()));
  }

  /**
   * Whether the newest visit was good, and none has been hanging for longer than reasonable. A
   * server that is only known by name and was not visited yet gets the benefit of the doubt.
   */
  private boolean valid(CheckTimes check, Instant now) {
    boolean running = check.attemptedAt().isAfter(check.checkedAt());
    if (running && check.attemptedAt().plus(policy.reasonableCheck()).isBefore(now)) {
      return false;
    }
    return check.lastCheckValid() || check.checkedAt().equals(Instant.EPOCH);
  }

  private Analysis analysis(
      Subject subject,
      List<Instance> replicas,
      Set<InstanceKey> downtimed,
      Optional<Downtime> downtime,
      String alias) {
    AnalysisCode code = AnalysisRules.judge(subject);
    int inDowntime = subject.counts().count(replica -> downtimed.contains(replica.key()));
    return new Analysis(
        code,
        Descriptions.of(code, subject),
        StructureWarnings.of(subject, replicas, downtimed),
        subject.instance(),
        alias,
        replicas,
        subject.primary(),
        subject.valid(),
        counts(subject, inDowntime),
        downtime,
        ABOUT_REPLICAS.contains(code) && subject.replicas() > 0 && inDowntime == replicas.size());
  }

  private static Analysis.Counts counts(Subject subject, int downtimed) {
    ReplicaCount counts = subject.counts();
    return new Analysis.Counts(
        counts.all(),
        counts.valid(),
        counts.replicating(),
        counts.failingToConnect(),
        downtimed,
        subject.lagging(),
        counts.count(replica -> replica.replication().delaySeconds() > 0),
        counts.count(ReplicaCount::logging),
        counts.logging("STATEMENT"),
        counts.logging("MIXED"),
        counts.logging("ROW"),
        counts.distinctMajorVersions(),
        counts.count(replica -> replica.semiSync().replicaEnabled()),
        counts.count(
            replica -> ReplicaCount.valid(replica) && replica.replication().autoPosition()));
  }
}
