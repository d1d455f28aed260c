package dev.orchestrator.api.legacy;

import dev.orchestrator.api.http.ApiConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The published form of recoveries, detections and their configuration. */
public final class LegacyRecoveryJson {
  private LegacyRecoveryJson() {}

  /** Which clusters and hosts automatic recoveries are for. */
  public static Map<String, @Nullable Object> filters(ApiConfig.Fleet fleet) {
    return new Fields()
        .set("RecoverMasterClusterFilters", fleet.recoverPrimaryFilters())
        .set("RecoverIntermediateMasterClusterFilters", fleet.recoverIntermediateFilters())
        .set("RecoveryIgnoreHostnameFilters", fleet.recoveryIgnoreFilters())
        .done();
  }
}
