package dev.orchestrator.server.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/** Names of members that mean no address now. Stateless; asks the system's resolver. */
public final class UnresolvedNames {
  private UnresolvedNames() {}

  /** For each such name of RaftNodes, one line with the key and what to do. */
  public static List<String> of(NodeConfig config) {
    List<String> problems = new ArrayList<>();
    for (String member : config.raft().map(NodeConfig.Raft::members).orElse(List.of())) {
      if (isUnresolved(hostOf(member))) {
        problems.add(
            "RaftNodes: the name "
                + hostOf(member)
                + " cannot be resolved; correct it, or add it to DNS or /etc/hosts");
      }
    }
    return problems;
  }

  /**
   * A node must know its own address.
   *
   * @throws ConfigException RaftBind cannot be resolved
   */
  public static void refuseOwn(NodeConfig config) throws ConfigException {
    if (config.raft().isPresent() && isUnresolved(hostOf(config.raft().get().bind()))) {
      throw new ConfigException(
          "RaftBind: the name "
              + hostOf(config.raft().get().bind())
              + " cannot be resolved; it must be this node's own address, or a name in DNS or"
              + " /etc/hosts");
    }
  }

  /** Whether the host means no address now. */
  static boolean isUnresolved(String host) {
    try {
      var _ = InetAddress.getByName(host);
      return false;
    } catch (UnknownHostException e) {
      return true;
    }
  }

  private static String hostOf(String member) {
    String host = member.substring(0, member.lastIndexOf(':'));
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
