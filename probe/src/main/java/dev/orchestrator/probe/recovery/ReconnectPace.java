package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.ClusterRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * How often replicas are asked to connect to their source anew. Each time replication pauses for a
 * moment, so for one failure it is done at most once a minute. A newly designated primary is a new
 * case at once; a failure that ended and came back is one after a short rest, so that a link that
 * comes and goes does not keep replicas from working. Thread-safe.
 */
final class ReconnectPace {
  /** For a failure that goes on. */
  static final Duration SAME_FAILURE = Duration.ofSeconds(60);

  /** For a failure of the same primary that had ended meanwhile. */
  static final Duration NEW_FAILURE = Duration.ofSeconds(10);

  /** The newest case of each cluster, by its immutable id. */
  private final Map<String, Case> cases = new HashMap<>();

  private record Case(String primaryUuid, long epoch, String cluster, Instant at, boolean over) {
    boolean isOf(ClusterRecord record) {
      return primaryUuid.equals(record.primaryUuid()) && epoch == record.epoch();
    }
  }

  /** Whether it is time for a primary's replicas; if so, it counts as done now. */
  synchronized boolean take(ClusterRecord record, String cluster, Instant now) {
    Case last = cases.get(record.clusterId());
    if (last != null
        && last.isOf(record)
        && now.isBefore(last.at.plus(last.over ? NEW_FAILURE : SAME_FAILURE))) {
      return false;
    }
    cases.put(
        record.clusterId(), new Case(record.primaryUuid(), record.epoch(), cluster, now, false));
    return true;
  }

  /**
   * Told of the clusters in which something fails now: what failed in others is over.
   *
   * @param clusters names of clusters
   */
  synchronized void stillFailing(Collection<String> clusters) {
    cases.replaceAll(
        (_, last) ->
            last.over || clusters.contains(last.cluster)
                ? last
                : new Case(last.primaryUuid, last.epoch, last.cluster, last.at, true));
  }
}
