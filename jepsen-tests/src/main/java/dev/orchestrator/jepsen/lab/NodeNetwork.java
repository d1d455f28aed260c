package dev.orchestrator.jepsen.lab;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Network namespaces for nodes, joined by a bridge that also bears the addresses of the MySQL
 * servers. Networks of several lanes live side by side: in lane L servers have 10.79.L.1 and
 * following, nodes 10.79.L.11 and following. Only root can make it. Confined to one thread.
 */
public final class NodeNetwork implements AutoCloseable {
  private static final int FIRST_NODE = 11;

  private final int lane;
  private final int nodes;

  private NodeNetwork(int lane, int nodes) {
    this.lane = lane;
    this.nodes = nodes;
  }

  /** Which packets a cut drops. */
  public enum Direction {
    /** What comes to the node. */
    IN,
    /** What the node sends. */
    OUT,
    /** All. */
    BOTH
  }

  /**
   * Makes the network anew; what an earlier run left goes.
   *
   * @param lane from 0 to 99, third number of its addresses
   */
  public static NodeNetwork make(int lane, int nodes, int servers) {
    var network = new NodeNetwork(lane, nodes);
    network.close();
    Shell.run("ip", "link", "add", network.bridge(), "type", "bridge");
    Shell.run("ip", "link", "set", network.bridge(), "up");
    for (int n = 1; n <= servers; n++) {
      Shell.run("ip", "addr", "add", network.prefix() + n + "/24", "dev", network.bridge());
    }
    network.hosts().forEach(network::add);
    return network;
  }

  /** What every address begins with. */
  public String prefix() {
    return "10.79." + lane + ".";
  }

  private String bridge() {
    return "orcch" + lane;
  }

  private void add(String host) {
    String space = space(host);
    String port = "orcch" + lane + "p" + host.substring(prefix().length());
    Shell.run("ip", "netns", "add", space);
    Shell.run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", space);
    Shell.run("ip", "link", "set", port, "master", bridge(), "up");
    Shell.run("ip", "-n", space, "addr", "add", host + "/24", "dev", "eth0");
    Shell.run("ip", "-n", space, "link", "set", "eth0", "up");
    Shell.run("ip", "-n", space, "link", "set", "lo", "up");
  }

  /** Addresses of the nodes. */
  public List<String> hosts() {
    return IntStream.range(FIRST_NODE, FIRST_NODE + nodes).mapToObj(n -> prefix() + n).toList();
  }

  /** What runs a command in a node's namespace, in place of itself. */
  public List<String> wrapper(String host) {
    return List.of("ip", "netns", "exec", space(host));
  }

  /** Drops packets between a node and everybody else, without a word to either side. */
  public void cut(String host, Direction direction) {
    if (direction != Direction.OUT) {
      filter(host, "-A", "INPUT", "-i", "eth0", "-j", "DROP");
    }
    if (direction != Direction.IN) {
      filter(host, "-A", "OUTPUT", "-o", "eth0", "-j", "DROP");
    }
  }

  /** Drops packets between a node and one other address. */
  public void cut(String host, String peer, Direction direction) {
    if (direction != Direction.OUT) {
      filter(host, "-A", "INPUT", "-s", peer, "-j", "DROP");
    }
    if (direction != Direction.IN) {
      filter(host, "-A", "OUTPUT", "-d", peer, "-j", "DROP");
    }
  }

  /** Takes every cut of a node back. */
  public void heal(String host) {
    filter(host, "-F");
  }

  private void filter(String host, String... rule) {
    var command = new java.util.ArrayList<>(wrapper(host));
    command.addAll(List.of("iptables", "-w"));
    command.addAll(List.of(rule));
    Shell.run(command.toArray(String[]::new));
  }

  private String space(String host) {
    return "orc-ch" + lane + "-" + host.substring(prefix().length());
  }

  @Override
  public void close() {
    for (String host : hosts()) {
      Shell.succeeds("ip", "netns", "del", space(host));
    }
    Shell.succeeds("ip", "link", "del", bridge());
  }
}
