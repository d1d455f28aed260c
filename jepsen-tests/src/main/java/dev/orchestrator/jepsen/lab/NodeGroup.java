package dev.orchestrator.jepsen.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Three orchestrator nodes on 127.0.0.11 to 127.0.0.13 that form one Raft group. */
public final class NodeGroup implements AutoCloseable {
  private static final List<String> HOSTS = List.of("127.0.0.11", "127.0.0.12", "127.0.0.13");
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final List<OrchestratorNode> nodes;

  private NodeGroup(List<OrchestratorNode> nodes) {
    this.nodes = nodes;
  }

  /** Describes a group on other addresses, each node run in its own way. */
  public static NodeGroup of(
      Path folder, Path launcher, List<String> hosts, Function<String, Enclosure> enclosure) {
    return new NodeGroup(
        hosts.stream()
            .map(
                host ->
                    new OrchestratorNode(
                        host, folder.resolve("node-" + host), launcher, enclosure.apply(host)))
            .toList());
  }

  /**
   * Describes the group; nothing runs yet.
   *
   * @param launcher the program that runs a node: bin/orchestrator
   */
  public static NodeGroup of(Path folder, Path launcher) {
    return new NodeGroup(
        HOSTS.stream()
            .map(host -> new OrchestratorNode(host, folder.resolve("node-" + host), launcher))
            .toList());
  }

  /** Fails if an address of the group is taken. */
  public void requireFreeAddresses() {
    nodes.forEach(OrchestratorNode::requireFreeAddresses);
  }

  /** Starts all nodes and waits until one leads and all follow it. */
  public void start() {
    List<String> hosts = nodes.stream().map(OrchestratorNode::host).toList();
    nodes.forEach(node -> node.configure(hosts));
    nodes.forEach(OrchestratorNode::launch);
    Optional<Boolean> formed =
        Waiting.poll(
            START_LIMIT,
            Duration.ofMillis(50),
            () -> anyDead().isPresent() || hasFormed() ? Optional.of(true) : Optional.empty());
    anyDead()
        .ifPresent(
            node -> {
              throw node.process().complaint("did not start");
            });
    if (formed.isEmpty()) {
      throw nodes
          .getFirst()
          .process()
          .complaint("formed no group within " + START_LIMIT.toSeconds() + " s");
    }
  }

  private Optional<OrchestratorNode> anyDead() {
    return nodes.stream().filter(node -> !node.isAlive()).findFirst();
  }

  private boolean hasFormed() {
    return nodes.stream().allMatch(OrchestratorNode::isHealthy) && leader().isPresent();
  }

  /** The node that says it leads. */
  public Optional<OrchestratorNode> leader() {
    return nodes.stream().filter(OrchestratorNode::isLeader).findFirst();
  }

  /** The leader, waited for. */
  public OrchestratorNode awaitLeader() {
    return Waiting.poll(START_LIMIT, Duration.ofMillis(20), this::leader)
        .orElseThrow(
            () -> new LabException("no node leads after " + START_LIMIT.toSeconds() + " s"));
  }

  /** All nodes, dead ones included. */
  public List<OrchestratorNode> nodes() {
    return nodes;
  }

  /** All nodes but one. */
  public List<OrchestratorNode> othersThan(OrchestratorNode node) {
    return nodes.stream().filter(other -> !other.equals(node)).toList();
  }

  /** Kills all nodes. */
  @Override
  public void close() {
    nodes.forEach(OrchestratorNode::destroy);
  }
}
