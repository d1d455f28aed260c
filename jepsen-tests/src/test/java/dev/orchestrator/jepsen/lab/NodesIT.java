package dev.orchestrator.jepsen.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.jepsen.lab.NodeApi.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Three real processes without any MySQL: what operators and load balancers see of the group. */
class NodesIT {
  private static final Path LAUNCHER =
      Path.of("..", "bin", "orchestrator").toAbsolutePath().normalize();
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration CALL = Duration.ofSeconds(5);

  private DemoFolder folder;
  private NodeGroup group;
  private ServerSocket taken;

  @BeforeEach
  void claim() {
    folder = DemoFolder.claim(Path.of("target", "nodes-it"));
    group = NodeGroup.of(folder.path(), LAUNCHER);
  }

  @AfterEach
  void end() {
    group.close();
    folder.killAll();
    folder.close();
  }

  @AfterEach
  void freePort() throws IOException {
    if (taken != null) {
      taken.close();
    }
  }

  @Test
  void exactlyOneNodeLeadsAndAllAgreeWho() {
    group.start();
    OrchestratorNode leader = group.awaitLeader();
    List<OrchestratorNode> followers = group.othersThan(leader);
    assertThat(call(leader, "leader-check").status()).isEqualTo(200);
    assertThat(call(leader, "leader-check").body().asString()).isEqualTo("OK");
    for (OrchestratorNode follower : followers) {
      assertThat(call(follower, "leader-check").status()).isEqualTo(404);
      assertThat(call(follower, "leader-check/503").status()).isEqualTo(503);
      assertThat(call(follower, "raft-state").body().asString()).isEqualTo("Follower");
      assertThat(call(follower, "routed-leader-check").status()).isEqualTo(200);
    }
    for (OrchestratorNode node : group.nodes()) {
      assertThat(call(node, "raft-health").status()).isEqualTo(200);
      assertThat(call(node, "raft-health").body().asString()).isEqualTo("healthy");
      assertThat(call(node, "raft-leader").body().asString()).isEqualTo(leader.host() + ":10008");
      assertThat(call(node, "raft-peers").body().size()).isEqualTo(3);
      assertThat(call(node, "lb-check").body().asString()).isEqualTo("OK");
      assertThat(call(node, "health").details().path("Healthy").asBoolean()).isTrue();
    }
  }

  @Test
  void changesThroughAFollowerReachEveryNodeAndOutliveTheLeader() {
    group.start();
    OrchestratorNode leader = group.awaitLeader();
    OrchestratorNode follower = group.othersThan(leader).getFirst();
    assertThat(call(follower, "disable-global-recoveries").details().asString())
        .isEqualTo("disabled");
    awaitOnAll(group.nodes(), "check-global-recoveries", "disabled");

    kill(leader);
    await().atMost(LIMIT).until(() -> group.leader().isPresent());
    assertThat(call(follower, "enable-global-recoveries").details().asString())
        .isEqualTo("enabled");

    leader.launch();
    await().atMost(LIMIT).until(leader::isHealthy);
    awaitOnAll(group.nodes(), "check-global-recoveries", "enabled");
  }

  @Test
  void wipedMemberIsSwappedInAndThenCountsAgain() throws IOException {
    group.start();
    OrchestratorNode leader = group.awaitLeader();
    OrchestratorNode wiped = group.othersThan(leader).getFirst();
    assertThat(call(leader, "disable-global-recoveries").isOk()).isTrue();
    kill(wiped);
    wipe(wiped);
    wiped.launch();
    await().atMost(LIMIT).until(wiped::isHealthy);
    awaitOnAll(group.nodes(), "check-global-recoveries", "disabled");

    kill(leader); // the two that are left are a majority only if the wiped one counts
    await().atMost(LIMIT).until(() -> group.leader().isPresent());
  }

  @Test
  void twoWipedMembersOfThreeFormNoGroupByThemselves() throws IOException {
    group.start();
    OrchestratorNode survivor = group.nodes().getFirst();
    List<OrchestratorNode> wiped = group.othersThan(survivor);
    group.nodes().forEach(NodesIT::kill);
    for (OrchestratorNode node : wiped) {
      wipe(node);
      node.launch();
    }
    awaitNoLeader();
    survivor.launch();
    awaitNoLeader();
  }

  private void awaitNoLeader() {
    await()
        .during(Duration.ofSeconds(5))
        .atMost(LIMIT)
        .until(() -> group.nodes().stream().noneMatch(OrchestratorNode::isLeader));
  }

  @Test
  void configurationErrorsEndTheStartWithOneLineAndStatusOne() throws Exception {
    Path config = folder.path().resolve("bad.conf.json");
    Files.writeString(config, "{\"BackendDB\": \"sqlite\", \"InstancePollSeconds\": \"5\"}");
    Ended ended = run(config);
    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.output().strip().lines())
        .singleElement()
        .asString()
        .contains("InstancePollSeconds", "must be a whole number", "not \"5\"");
  }

  @Test
  void takenPortEndsTheStartWithItsName() throws Exception {
    Path config = folder.path().resolve("taken.conf.json");
    Files.writeString(
        config,
        """
        {"BackendDB": "sqlite", "SQLite3DataFile": "%s/lone.db", "ListenAddress": "127.0.0.1:%d"}
        """
            .formatted(folder.path(), takenPort()));
    Ended ended = run(config);
    assertThat(ended.status()).as(ended.output()).isEqualTo(1);
    assertThat(ended.output()).contains("127.0.0.1").contains("use");
  }

  private record Ended(int status, String output) {}

  private Ended run(Path config) throws Exception {
    Path log = folder.path().resolve("ended.log");
    ProcessBuilder builder =
        new ProcessBuilder(LAUNCHER.toString(), "--config=" + config, "http")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(Map.of("ORCHESTRATOR_NO_BUILD", "yes"));
    Process process = builder.start();
    assertThat(process.waitFor(LIMIT)).isTrue();
    return new Ended(process.exitValue(), Files.readString(log));
  }

  private int takenPort() throws IOException {
    taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
    return taken.getLocalPort();
  }

  private static void kill(OrchestratorNode node) {
    node.process().kill9();
    await().atMost(LIMIT).until(() -> !node.isAlive());
  }

  private static Reply call(OrchestratorNode node, String path) {
    return await()
        .atMost(LIMIT)
        .until(() -> node.api().get(path, CALL), Optional::isPresent)
        .orElseThrow();
  }

  private static void awaitOnAll(List<OrchestratorNode> nodes, String path, String expected) {
    for (OrchestratorNode node : nodes) {
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  node.api()
                      .getLocally(path, CALL)
                      .filter(reply -> reply.details().asString("").equals(expected))
                      .isPresent());
    }
  }

  private void wipe(OrchestratorNode node) throws IOException {
    Path data = folder.path().resolve("node-" + node.host()).resolve("data");
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(data)) {
          Files.delete(file);
        }
      }
    }
  }
}
