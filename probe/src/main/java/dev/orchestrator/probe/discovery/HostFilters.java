package dev.orchestrator.probe.discovery;

import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Servers that are never visited: regular expressions on {@code host:port}; a literal IPv4 address
 * must equal the host. Immutable.
 */
final class HostFilters {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private final List<String> addresses;
  private final List<Pattern> patterns;

  HostFilters(List<String> filters) {
    addresses = filters.stream().filter(filter -> IPV4.matcher(filter).matches()).toList();
    patterns =
        filters.stream()
            .filter(filter -> !IPV4.matcher(filter).matches())
            .map(Pattern::compile)
            .toList();
  }

  boolean match(InstanceKey key) {
    String text = key.toString();
    return addresses.contains(key.host())
        || patterns.stream().anyMatch(pattern -> pattern.matcher(text).find());
  }
}
