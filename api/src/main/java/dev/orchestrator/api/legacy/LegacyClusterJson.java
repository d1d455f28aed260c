package dev.orchestrator.api.legacy;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The published summary of a cluster. */
public final class LegacyClusterJson {
  private LegacyClusterJson() {}

  /**
   * ClusterInfo.
   *
   * @param domain domain of the cluster, {@code ""} for none
   * @param instances number of known members
   * @param recoversPrimary a dead primary is replaced automatically
   */
  public static Map<String, @Nullable Object> of(
      String name, String alias, String domain, int instances, boolean recoversPrimary) {
    return new Fields()
        .set("ClusterName", name)
        .set("ClusterAlias", alias)
        .set("ClusterDomain", domain)
        .set("CountInstances", instances)
        .set("HeuristicLag", 0)
        .set("HasAutomatedMasterRecovery", recoversPrimary)
        .set("HasAutomatedIntermediateMasterRecovery", false)
        .done();
  }
}
