package dev.orchestrator.jepsen.life;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Several real processes that form one group. Confined to the test's thread. */
final class LifeGroup implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(60);

  final List<LifeNode> nodes;

  /** Nodes on 127.0.NET.11 and following; nothing runs yet. */
  LifeGroup(Path folder, int net, int size) {
    List<String> hosts =
        IntStream.range(0, size).mapToObj(i -> "127.0." + net + "." + (11 + i)).toList();
    nodes = hosts.stream().map(host -> new LifeNode(folder, host).memberOf(hosts)).toList();
  }

  /** Starts all and waits for a leader that all follow. */
  LifeGroup start() {
    nodes.forEach(LifeNode::start);
    awaitWhole();
    return this;
  }

  void awaitWhole() {
    await()
        .atMost(LIMIT)
        .failFast("a node ended", () -> nodes.stream().anyMatch(node -> !node.process().isAlive()))
        .until(() -> leader().isPresent() && nodes.stream().allMatch(LifeNode::isHealthy));
  }

  Optional<LifeNode> leader() {
    return nodes.stream().filter(LifeNode::leads).findFirst();
  }

  LifeNode awaitLeader() {
    return await().atMost(LIMIT).until(this::leader, Optional::isPresent).orElseThrow();
  }

  /** A leader other than this node. */
  LifeNode awaitLeaderOtherThan(LifeNode former) {
    return await()
        .atMost(LIMIT)
        .until(
            () -> nodes.stream().filter(node -> !node.equals(former) && node.leads()).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  @Override
  public void close() {
    nodes.forEach(LifeNode::close);
  }
}
