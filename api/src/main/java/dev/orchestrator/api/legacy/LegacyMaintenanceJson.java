package dev.orchestrator.api.legacy;

import dev.orchestrator.store.model.Maintenance;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The published form of a maintenance. */
public final class LegacyMaintenanceJson {
  private LegacyMaintenanceJson() {}

  /** Maintenance. */
  public static Map<String, @Nullable Object> of(Maintenance maintenance, Instant now) {
    return new Fields()
        .set("MaintenanceId", maintenance.id())
        .set("Key", LegacyKeyJson.of(maintenance.key()))
        .set("BeginTimestamp", Timestamps.column(maintenance.beginsAt()))
        .set(
            "SecondsElapsed",
            Math.max(0, Duration.between(maintenance.beginsAt(), now).toSeconds()))
        .set("IsActive", true)
        .set("Owner", maintenance.owner())
        .set("Reason", maintenance.reason())
        .done();
  }
}
