package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.observer.Verdict;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Why a cluster's primary is replaced now, or is not. Immutable.
 *
 * @param clusterName name by which it was asked for
 * @param record the agreed primary, if there is one
 * @param members every known server, as visits saw it
 * @param judgement of the primary, if it is known
 * @param verdict what the members agree on about its failure, if it fails
 * @param quarantined old primaries that came back and were not let in, with the reason
 * @param reasons why no automatic recovery starts now; none when one does
 * @param plan what a recovery of the primary would do
 * @param question what a recovery that has stopped asks a person
 */
public record Explanation(
    String clusterName,
    Optional<ClusterRecord> record,
    List<Instance> members,
    Optional<Analysis> judgement,
    Optional<Verdict> verdict,
    Map<InstanceKey, String> quarantined,
    List<String> reasons,
    Advice plan,
    Optional<Question> question) {
  public Explanation {
    members = List.copyOf(members);
    quarantined = Map.copyOf(quarantined);
    reasons = List.copyOf(reasons);
  }
}
