package dev.orchestrator.probe.recovery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Which replicas configuration keeps from being promoted. Immutable.
 *
 * @param ignoredHosts PromotionIgnoreHostnameFilters: expressions, found anywhere in a host name
 * @param sameDataCenter PreventCrossDataCenterMasterFailover: only in the dead primary's one
 * @param sameRegion PreventCrossRegionMasterFailover: only in the dead primary's one
 * @param maxLag FailMasterPromotionOnLagMinutes: nobody that is as far behind and has not applied
 *     all that it received; zero for no such limit
 * @param catchUpWithin FailMasterPromotionIfSQLThreadNotUpToDate: the promotion fails if the winner
 *     has not applied all that it received by then; empty: it is waited for
 */
public record PromotionPolicy(
    List<String> ignoredHosts,
    boolean sameDataCenter,
    boolean sameRegion,
    Duration maxLag,
    Optional<Duration> catchUpWithin) {
  /** Everybody may be promoted. */
  public static final PromotionPolicy FREE = new PromotionPolicy(List.of(), false, false);

  /** Whoever is behind is waited for. */
  public PromotionPolicy(List<String> ignoredHosts, boolean sameDataCenter, boolean sameRegion) {
    this(ignoredHosts, sameDataCenter, sameRegion, Duration.ZERO, Optional.empty());
  }

  public PromotionPolicy {
    ignoredHosts = List.copyOf(ignoredHosts);
  }
}
