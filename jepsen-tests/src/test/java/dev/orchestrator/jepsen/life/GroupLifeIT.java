package dev.orchestrator.jepsen.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.jepsen.lab.NodeApi.Reply;
import dev.orchestrator.jepsen.life.LifeNode.Ended;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes with SQLite: how they end, take in a new configuration, and lose a backend. */
class GroupLifeIT {
  private static final Duration CALL = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static LifeGroup group;

  @BeforeAll
  static void start() {
    group = new LifeGroup(folder, 70, 3);
    for (LifeNode node : group.nodes) {
      mount(node);
    }
    group.start();
  }

  @AfterAll
  static void end() {
    group.close();
    for (LifeNode node : group.nodes) {
      var _ = LifeNode.run(CALL, "umount", node.folder.resolve("db").toString());
    }
  }

  /** A small disk of its own for the database, so that it can be filled. */
  private static void mount(LifeNode node) {
    Ended mounted =
        LifeNode.run(
            CALL,
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "size=8m",
            "tmpfs",
            node.folder.resolve("db").toString());
    assertThat(mounted.status()).as(mounted.output()).isZero();
  }

  @BeforeEach
  void whole() {
    for (LifeNode node : group.nodes) {
      if (!node.process().isAlive()) {
        node.start();
      }
    }
    group.awaitWhole();
  }

  @Test
  void sigtermHandsLeadershipOverAndEndsWithStatusZeroWithinFiveSeconds() {
    LifeNode leader = group.awaitLeader();
    long start = System.nanoTime();
    leader.signal("TERM");
    assertThat(leader.awaitEnd(Duration.ofSeconds(30))).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(leader.logText()).contains("stopping: SIGTERM", "handed leadership over=true");
    group.awaitLeaderOtherThan(leader);
  }

  @Test
  void sighupPutsIntoForceWhatCanBeAndNamesTheRest() {
    LifeNode node = group.nodes.getFirst();
    node.config.put("ReadOnly", true);
    node.config.put("RaftHeartbeatMilliseconds", 151);
    node.writeConfig();
    node.signal("HUP");
    // Only watched: asking for a reload would take the change from the signal.
    await()
        .atMost(LifeGroup.LIMIT)
        .untilAsserted(
            () ->
                assertThat(node.logText())
                    .contains(
                        "configuration reloaded by=SIGHUP changed=[ReadOnly]",
                        "these keys take effect after a restart: [RaftHeartbeatMilliseconds]"));
    assertThat(node.status("reload-configuration")).isEqualTo(500);
    node.config.remove("ReadOnly");
    node.writeConfig();
    node.signal("HUP");
    await().atMost(LifeGroup.LIMIT).until(() -> node.status("reload-configuration") == 200);

    node.config.put("RecoverMasterClusterFilters", List.of("mine"));
    node.writeConfig();
    Reply reply = node.api().get("reload-configuration", CALL).orElseThrow();
    assertThat(reply.details().path("Changed").toString())
        .isEqualTo("[\"RecoverMasterClusterFilters\"]");
    assertThat(reply.details().path("NeedRestart").toString())
        .isEqualTo("[\"RaftHeartbeatMilliseconds\"]");
  }

  @Test
  void brokenConfigurationChangesNothingAtReload() throws Exception {
    LifeNode node = group.nodes.getFirst();
    Files.writeString(node.configFile(), "{\"RaftNode\": []}");
    Reply reply = node.api().get("reload-configuration", CALL).orElseThrow();
    assertThat(reply.status()).isEqualTo(500);
    assertThat(reply.summary()).contains("nothing was reloaded", "RaftNode", "RaftNodes?");
    assertThat(node.answer("health")).isEqualTo(200);
    node.writeConfig();
  }

  @Test
  void commandLineIsRefusedInARaftSetUp() {
    LifeNode node = group.awaitLeader();
    String launcher = LifeNode.LAUNCHER.toString();
    String config = "--config=" + node.configFile();
    Ended refused = LifeNode.run(LifeGroup.LIMIT, launcher, config, "-c", "clusters");
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.output().strip().lines())
        .singleElement()
        .asString()
        .contains("Raft set-up", "orchestrator-client", "--ignore-raft-setup");
    Ended insisted =
        LifeNode.run(
            LifeGroup.LIMIT,
            launcher,
            config,
            "-c",
            "check-global-recoveries",
            "--ignore-raft-setup");
    assertThat(insisted.output().strip()).isEqualTo("enabled");
    assertThat(insisted.status()).isZero();
  }

  /** Rule T1, and back again once there is room. */
  @Test
  void leaderWithAFullDiskClaimsNothingHandsOverEndsAndComesBack() {
    LifeNode leader = group.awaitLeader();
    Path filler = leader.folder.resolve("db/filler");
    var _ = LifeNode.run(CALL, "dd", "if=/dev/zero", "of=" + filler, "bs=1k");
    long full = System.nanoTime();
    await().atMost(LifeGroup.LIMIT).until(() -> !leader.leads());
    assertThat(since(full)).isLessThan(Duration.ofSeconds(5));
    group.awaitLeaderOtherThan(leader);
    assertThat(leader.isHealthy()).isFalse();
    assertThat(leader.api().get("health", CALL).map(Reply::status).orElse(0)).isNotEqualTo(200);

    assertThat(leader.awaitEnd(Duration.ofSeconds(60))).isEqualTo(3);
    assertThat(since(full)).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(60));
    assertThat(leader.logText()).contains("stopping with status 3: ", "disk is full");

    var _ = LifeNode.run(CALL, "rm", filler.toString());
    leader.start();
    await().atMost(LifeGroup.LIMIT).until(leader::isHealthy);
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
