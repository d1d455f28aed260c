package dev.orchestrator.jepsen.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.jepsen.lab.NodeApi.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Members that come, go and move, with real processes. They know each other by names from a hosts
 * file of their own, in a mount namespace of their own (needs root).
 */
class MembershipIT {
  private static final Path LAUNCHER =
      Path.of("..", "bin", "orchestrator").toAbsolutePath().normalize();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration CALL = Duration.ofSeconds(30);

  /** One process: its name stays, its address may change. */
  private final class Member {
    final String name;
    String address;
    private ChildProcess process;

    Member(String name, String address) {
      this.name = name;
      this.address = address;
    }

    void start(Member... listed) {
      String nodes = String.join("\", \"", Arrays.stream(listed).map(each -> each.name).toList());
      Path own = folder.path().resolve(name);
      try {
        Files.createDirectories(own.resolve("data"));
        Files.writeString(
            own.resolve("conf.json"),
            """
            {
              "ListenAddress": "%1$s:3000", "BackendDB": "sqlite",
              "SQLite3DataFile": "%2$s/orchestrator.db", "RaftEnabled": true,
              "RaftDataDir": "%2$s", "RaftBind": "%1$s", "RaftAdvertise": "%3$s",
              "RaftNodes": ["%4$s"], "MySQLTopologyUser": "unused"
            }
            """
                .formatted(address, own.resolve("data"), name, nodes));
      } catch (IOException e) {
        throw new LabException("cannot configure " + name, e);
      }
      process =
          ChildProcess.start(
              name,
              own.resolve("log"),
              Map.of("ORCHESTRATOR_NO_BUILD", "yes"),
              List.of(
                  "unshare",
                  "--mount",
                  "sh",
                  "-c",
                  "mount --bind \"$0\" /etc/hosts && exec \"$@\"",
                  hosts.toString(),
                  LAUNCHER.toString(),
                  "--config=" + own.resolve("conf.json"),
                  "http"));
    }

    void stop() {
      process.destroy(LIMIT);
    }

    void restart(Member... listed) {
      stop();
      start(listed);
    }

    Optional<Reply> ask(String path) {
      return new NodeApi(address, 3000).get(path, CALL);
    }

    List<String> peers() {
      List<String> names = new ArrayList<>();
      ask("raft-peers")
          .ifPresent(reply -> reply.body().forEach(item -> names.add(item.asString(""))));
      return names;
    }

    boolean isHealthy() {
      return ask("raft-health").filter(Reply::isOk).isPresent();
    }

    boolean isLeader() {
      return ask("leader-check").filter(reply -> reply.status() == 200).isPresent();
    }

    String waitsFor() {
      return ask("raft-status").map(reply -> reply.body().path("WaitingFor").toString()).orElse("");
    }

    String raftName() {
      return name + ":10008";
    }
  }

  private DemoFolder folder;
  private Path hosts;
  private final Member one = new Member("node-one", "127.0.73.1");
  private final Member two = new Member("node-two", "127.0.73.2");
  private final Member three = new Member("node-three", "127.0.73.3");
  private final Member fresh = new Member("node-x", "127.0.73.4");

  @BeforeEach
  void claim() throws IOException {
    folder = DemoFolder.claim(Path.of("target", "membership-it"));
    hosts = folder.path().resolve("hosts");
    writeHosts();
  }

  @AfterEach
  void end() {
    folder.killAll();
    folder.close();
  }

  /** In the order that the documentation of orchestrator gives. */
  @Test
  void aNodeIsReplacedByEditingRaftNodesAndRestarting() {
    startGroup();
    three.stop();
    fresh.start(one, two, fresh);
    await().atMost(LIMIT).until(() -> fresh.waitsFor().contains("is not among the members"));
    one.restart(one, two, fresh);
    await().atMost(LIMIT).until(one::isHealthy);
    await()
        .during(Duration.ofSeconds(2))
        .atMost(LIMIT)
        .until(() -> !fresh.isHealthy() && !one.peers().contains(fresh.raftName()));
    two.restart(one, two, fresh);
    awaitPeers(one, two, fresh);

    one.stop(); // the new node counts: it and one old one are a majority
    await().atMost(LIMIT).until(() -> two.isLeader() || fresh.isLeader());
  }

  @Test
  void membersComeAndGoByCommandWithoutARestartAndOldFilesUndoNothing() {
    startGroup();
    Member follower = one.isLeader() ? two : one;
    assertThat(follower.ask("disable-global-recoveries")).get().matches(Reply::isOk);
    fresh.start(one, two, three, fresh);
    await().atMost(LIMIT).until(() -> fresh.waitsFor().contains("raft-add-peer"));
    assertAnswer(follower.ask("raft-add-peer/" + fresh.name), fresh.raftName());
    awaitPeers(one, two, three, fresh);

    Member leader = leader();
    assertAnswer(leader.ask("raft-remove-peer/" + leader.raftName()), leader.raftName());
    List<Member> left =
        Stream.of(one, two, three, fresh).filter(each -> !each.equals(leader)).toList();
    awaitPeers(left.toArray(new Member[0]));
    await().atMost(LIMIT).until(() -> !leader.isHealthy());

    // All with the files that they had: nothing comes back, nobody is thrown out.
    for (Member each : List.of(one, two, three)) {
      if (!each.equals(leader)) {
        each.restart(one, two, three);
      }
    }
    awaitPeers(left.toArray(new Member[0]));
    await()
        .during(Duration.ofSeconds(3))
        .atMost(LIMIT)
        .until(() -> left.stream().allMatch(each -> each.peers().size() == 3));
    assertThat(left.getFirst().ask("check-global-recoveries"))
        .get()
        .matches(reply -> reply.details().asString("").equals("disabled"));
    assertThat(left.getFirst().ask("raft-add-peer/127.0.73.9"))
        .get()
        .matches(reply -> reply.status() == 500)
        .matches(reply -> reply.summary().contains("127.0.73.9:10008 cannot be reached"));
  }

  @Test
  void aNodeThatMovedRejoinsUnderItsName() throws IOException {
    startGroup();
    three.stop();
    three.address = "127.0.73.5";
    writeHosts();
    three.start(one, two, three);
    awaitPeers(one, two, three);

    one.stop(); // it counts at its new address
    await().atMost(LIMIT).until(() -> two.isLeader() || three.isLeader());
    assertThat(three.ask("raft-metrics"))
        .get()
        .matches(reply -> reply.body().path("Links").size() == 2);
  }

  @Test
  void leadershipIsYieldedByNameAndByHint() {
    startGroup();
    for (Member next : List.of(two, three, one)) {
      Member asked = leader();
      String path = next.equals(three) ? "raft-yield-hint/" + next.name : "raft-yield/" + next.name;
      assertThat(asked.ask(path)).get().matches(Reply::isOk);
      await().atMost(LIMIT).until(next::isLeader);
    }
    assertThat(leader().ask("raft-yield/nobody"))
        .get()
        .matches(reply -> reply.summary().contains("nobody:10008 is not among the members"));
  }

  private void startGroup() {
    for (Member each : List.of(one, two, three)) {
      each.start(one, two, three);
    }
    awaitPeers(one, two, three);
  }

  private Member leader() {
    return await()
        .atMost(LIMIT)
        .until(
            () -> Stream.of(one, two, three, fresh).filter(Member::isLeader).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** All of these are healthy and know of these members alone. */
  private static void awaitPeers(Member... members) {
    List<String> names =
        Arrays.stream(members).map(Member::raftName).sorted(Comparator.naturalOrder()).toList();
    for (Member member : members) {
      await()
          .alias(member.name + " sees " + names)
          .atMost(LIMIT)
          .until(() -> member.isHealthy() && member.peers().equals(names));
    }
  }

  private static void assertAnswer(Optional<Reply> reply, String expected) {
    assertThat(reply)
        .get()
        .matches(answer -> answer.body().asString("").equals(expected), "answers " + expected);
  }

  /** In place: the file is mounted where the nodes look. */
  private void writeHosts() throws IOException {
    StringBuilder text = new StringBuilder("127.0.0.1 localhost\n");
    for (Member each : List.of(one, two, three, fresh)) {
      text.append(each.address).append(' ').append(each.name).append('\n');
    }
    Files.writeString(hosts, text);
  }
}
