package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import java.util.List;
import java.util.Optional;

/**
 * Why a cluster's primary is replaced now, or is not. Immutable.
 *
 * @param clusterName name by which it was asked for
 * @param record the agreed primary, if there is one
 * @param members every known server, as visits saw it
 * @param judgement of the primary, if it is known
 * @param reasons why no automatic recovery starts now; none when one does
 * @param plan what a recovery of the primary would do
 */
public record Explanation(
    String clusterName,
    Optional<ClusterRecord> record,
    List<Instance> members,
    Optional<Analysis> judgement,
    List<String> reasons,
    Advice plan) {
  public Explanation {
    members = List.copyOf(members);
    reasons = List.copyOf(reasons);
  }
}
