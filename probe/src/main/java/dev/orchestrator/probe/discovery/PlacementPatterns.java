package dev.orchestrator.probe.discovery;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads data center, region and environment out of host names: first group of each. Immutable. */
final class PlacementPatterns {
  private final Pattern dataCenter;
  private final Pattern region;
  private final Pattern environment;

  PlacementPatterns(DiscoveryConfig config) {
    dataCenter = Pattern.compile(config.dataCenterPattern());
    region = Pattern.compile(config.regionPattern());
    environment = Pattern.compile(config.environmentPattern());
  }

  /** Placement as far as the name tells it; the rest is the topology's. */
  Placement of(InstanceKey key, String clusterAlias) {
    String host = key.host();
    return new Placement(
        key.toString(),
        clusterAlias,
        0,
        false,
        group(dataCenter, host),
        group(region, host),
        group(environment, host),
        "");
  }

  private static String group(Pattern pattern, String host) {
    Matcher matcher = pattern.matcher(host);
    if (matcher.groupCount() < 1 || !matcher.find()) {
      return "";
    }
    String found = matcher.group(1);
    return found == null ? "" : found;
  }
}
