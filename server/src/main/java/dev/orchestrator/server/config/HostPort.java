package dev.orchestrator.server.config;

/**
 * An address as written in a configuration: {@code host}, {@code host:port} or {@code [v6]:port}.
 */
record HostPort(String host, int port) {
  /**
   * Reads an address.
   *
   * @throws ConfigException the port is not a number from 1 to 65535
   */
  static HostPort parse(String key, String text, int defaultPort) throws ConfigException {
    String trimmed = text.trim();
    int bracket = trimmed.indexOf(']');
    int colon = trimmed.indexOf(':', Math.max(bracket, 0));
    String host = colon < 0 ? trimmed : trimmed.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    if (colon < 0) {
      return new HostPort(host, defaultPort);
    }
    String port = trimmed.substring(colon + 1);
    try {
      int number = Integer.parseInt(port);
      if (number >= 1 && number <= 65_535) {
        return new HostPort(host, number);
      }
    } catch (NumberFormatException e) {
      throw new ConfigException(key + " '" + text + "' must end with a port from 1 to 65535", e);
    }
    throw new ConfigException(key + " '" + text + "' must end with a port from 1 to 65535");
  }

  /** The text under which members know each other. */
  String name() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }
}
