package dev.orchestrator.store.model;

import java.util.Comparator;

/**
 * Address of a MySQL server as the fleet names it. Not an identity: that is the server uuid.
 * Immutable, ordered by host, then port.
 *
 * @param host name or address; {@code ""} in {@link #NONE}; starts with {@code //} when detached
 * @param port TCP port, 0 to 65535
 */
public record InstanceKey(String host, int port) implements Comparable<InstanceKey> {
  /** "No such server", as the API writes it. */
  public static final InstanceKey NONE = new InstanceKey("", 0);

  private static final Comparator<InstanceKey> ORDER =
      Comparator.comparing(InstanceKey::host).thenComparingInt(InstanceKey::port);

  public InstanceKey {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("need a port from 0 to 65535, got " + port);
    }
  }

  /**
   * Reads {@code host} or {@code host:port}.
   *
   * @throws IllegalArgumentException the text has no host or its port is not a number
   */
  public static InstanceKey parse(String text, int defaultPort) {
    String trimmed = text.trim();
    int colon = trimmed.lastIndexOf(':');
    String host = colon < 0 ? trimmed : trimmed.substring(0, colon);
    if (host.isEmpty()) {
      throw new IllegalArgumentException("no host in '" + text + "'; write host or host:port");
    }
    if (colon < 0) {
      return new InstanceKey(host, defaultPort);
    }
    try {
      return new InstanceKey(host, Integer.parseInt(trimmed.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("Invalid port: " + trimmed.substring(colon + 1), e);
    }
  }

  /** Whether this names a server at all: not {@link #NONE}, not detached. */
  public boolean isReal() {
    return !host.isEmpty() && !host.equals("_") && port != 0 && !host.startsWith("//");
  }

  @Override
  public int compareTo(InstanceKey other) {
    return ORDER.compare(this, other);
  }

  /** Asked all the time: what a record brings along costs several times as much until compiled. */
  @Override
  public boolean equals(Object other) {
    return other instanceof InstanceKey(String itsHost, int its)
        && port == its
        && host.equals(itsHost);
  }

  @Override
  public int hashCode() {
    return 31 * host.hashCode() + port;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
