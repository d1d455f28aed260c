package dev.orchestrator.probe.analysis;

import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Judges a topology. Pure: the same arguments give the same judgement. */
public final class Analyzer {
  private final AnalysisPolicy policy;

  public Analyzer(AnalysisPolicy policy) {
    this.policy = policy;
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
    throw new UnsupportedOperationException(
        "" + topology.instances() + downtimes + aliases + now + policy);
  }
}
