package dev.orchestrator.api.http;

import dev.orchestrator.raft.group.RaftMember;

/**
 * This process's Raft member, for people who change the group. Thread-safe.
 *
 * @param member what is asked
 * @param defaultPort DefaultRaftPort: of an address without a port
 */
public record RaftAdmin(RaftMember<?> member, int defaultPort) {
  private static final int MAX_PORT = 65_535;

  /**
   * The member name that an address stands for: the same text with a port. Nothing is resolved:
   * names are compared as text.
   *
   * @throws ApiException it is no {@code host}, {@code host:port} or {@code [v6]:port}
   */
  public String name(String address) {
    String text = address.strip();
    int colon = text.indexOf(':', Math.max(0, text.indexOf(']')));
    String host = colon < 0 ? text : text.substring(0, colon);
    if (host.isEmpty() || host.matches(".*[\\s/,].*") || text.indexOf(':', colon + 1) > colon) {
      throw new ApiException("need host or host:port, got \"" + address + "\"");
    }
    if (colon < 0) {
      return host + ":" + defaultPort;
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port > 0 && port <= MAX_PORT) {
        return host + ":" + port;
      }
    } catch (NumberFormatException e) {
      throw new ApiException("need a port from 1 to 65535 in \"" + address + "\"", e);
    }
    throw new ApiException("need a port from 1 to 65535 in \"" + address + "\"");
  }
}
