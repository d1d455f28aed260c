package dev.orchestrator.probe.analysis;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What would make a failover harder, by the names under which it is published. Pure. */
final class StructureWarnings {
  private static final String SUFFIX = "StructureWarning";

  private StructureWarnings() {}

  /**
   * Names of the warnings that hold, sorted.
   *
   * @param downtimed instances in downtime: their errant transactions are known to somebody
   */
  static List<String> of(Subject subject, List<Instance> replicas, Set<InstanceKey> downtimed) {
    Set<String> names = new TreeSet<>();
    if (subject.primary()) {
      addPrimary(subject, replicas, names);
    }
    if (replicas.stream().anyMatch(replica -> otherGtidMode(subject.instance(), replica))) {
      names.add("DifferentGTIDModes" + SUFFIX);
    }
    if (replicas.stream()
        .anyMatch(
            replica ->
                !replica.server().gtidErrant().isEmpty() && !downtimed.contains(replica.key()))) {
      names.add("ErrantGTID" + SUFFIX);
    }
    return List.copyOf(names);
  }

  private static void addPrimary(Subject subject, List<Instance> replicas, Set<String> names) {
    ReplicaCount counts = subject.counts();
    if (replicas.size() > 1) {
      if (counts.count(ReplicaCount::logging) == 0) {
        names.add("NoLoggingReplicas" + SUFFIX);
      }
      if (!gtidTopology(replicas)) {
        names.add("NoFailoverSupport" + SUFFIX);
      }
    }
    int statement = counts.logging("STATEMENT");
    int mixed = counts.logging("MIXED");
    int row = counts.logging("ROW");
    if (statement > 0 && mixed > 0) {
      names.add("StatementAndMixedLoggingReplicas" + SUFFIX);
    }
    if (statement > 0 && row > 0) {
      names.add("StatementAndRowLoggingReplicas" + SUFFIX);
    }
    if (mixed > 0 && row > 0) {
      names.add("MixedAndRowLoggingReplicas" + SUFFIX);
    }
    if (counts.distinctMajorVersions() > 1) {
      names.add("MultipleMajorVersionsLoggingReplicas" + SUFFIX);
    }
    if (subject.instance().server().readOnly()) {
      names.add("NoWriteableMaster" + SUFFIX);
    }
    if (tooFewAcknowledge(subject.instance())) {
      names.add("NotEnoughValidSemiSyncReplicas" + SUFFIX);
    }
  }

  private static boolean gtidTopology(List<Instance> replicas) {
    List<Instance> valid = replicas.stream().filter(ReplicaCount::valid).toList();
    return !valid.isEmpty() && valid.stream().allMatch(r -> r.replication().autoPosition());
  }

  private static boolean otherGtidMode(Instance instance, Instance replica) {
    String own = instance.server().gtidMode();
    String other = replica.server().gtidMode();
    return !own.isEmpty() && !other.isEmpty() && !own.equals(other);
  }

  private static boolean tooFewAcknowledge(Instance instance) {
    return instance.semiSync().sourceEnabled()
        && !instance.semiSync().sourceStatus()
        && instance.semiSync().waitForReplicas() > 0
        && instance.semiSync().clients() < instance.semiSync().waitForReplicas();
  }
}
