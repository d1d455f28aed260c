package dev.orchestrator.probe.recovery;

import java.util.List;

/**
 * Which replicas configuration keeps from being promoted. Immutable.
 *
 * @param ignoredHosts PromotionIgnoreHostnameFilters: expressions, found anywhere in a host name
 * @param sameDataCenter PreventCrossDataCenterMasterFailover: only in the dead primary's one
 * @param sameRegion PreventCrossRegionMasterFailover: only in the dead primary's one
 */
public record PromotionPolicy(
    List<String> ignoredHosts, boolean sameDataCenter, boolean sameRegion) {
  /** Everybody may be promoted. */
  public static final PromotionPolicy FREE = new PromotionPolicy(List.of(), false, false);

  public PromotionPolicy {
    ignoredHosts = List.copyOf(ignoredHosts);
  }
}
