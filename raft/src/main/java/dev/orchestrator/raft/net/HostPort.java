package dev.orchestrator.raft.net;

/**
 * A configured address, {@code host:port}, IPv6 hosts in brackets. The text is the identity; it is
 * resolved only to dial. Immutable.
 */
public record HostPort(String text, String host, int port) {
  private static final int MAX_PORT = 65_535;

  /**
   * The parts of a configured text.
   *
   * @throws IllegalArgumentException it has no host or no port from 0 to 65535
   */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (!host.isBlank() && port >= 0 && port <= MAX_PORT) {
        return new HostPort(text, host, port);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("need host:port, got \"" + text + "\"", e);
    }
    throw new IllegalArgumentException("need host:port, got \"" + text + "\"");
  }
}
