package dev.orchestrator.jepsen.life;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.jepsen.lab.NodeApi.Reply;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * A node that was away, or lost or changed what it had, is as the others again, by itself: each
 * time the state hashes of all three agree afterwards.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class ReturnScenarios {
  private static final Logger LOG = LoggerFactory.getLogger(ReturnScenarios.class);
  private static final Duration CALL = Duration.ofSeconds(20);
  private static final int WRITERS = 16;

  /**
   * From the first HTTP answer of the process until it has all that the leader had: a goal where
   * the machine is known to be free, else a limit.
   */
  private static final Duration MADE_GOOD =
      Duration.ofMillis(Long.getLong("return.millis", 60_000));

  /** What the leader keeps for members a little behind, and some more. */
  private static final int MORE_THAN_IS_KEPT = 5_500;

  private final AtomicInteger number = new AtomicInteger();
  private LifeGroup group;

  /** A group of three whose backends are ready; no node runs yet. */
  abstract LifeGroup prepare(Path folder);

  /** What the node keeps its rows in. */
  abstract LifeDatabase database(LifeNode node);

  @BeforeAll
  void start(@TempDir Path folder) {
    group = prepare(folder);
    group.start();
  }

  @AfterAll
  void end() {
    group.close();
  }

  @BeforeEach
  void whole() {
    group.nodes.stream().filter(node -> !node.process().isAlive()).forEach(LifeNode::start);
    group.awaitWhole();
  }

  @Test
  @Order(1)
  void returnsAfterSeconds() {
    LifeNode node = follower();
    node.kill();
    write(10);
    comesBack(node, "10 missed commands");
  }

  @Test
  @Order(2)
  void returnsAfterTwoThousandMissedCommands() {
    LifeNode node = follower();
    node.kill();
    write(2_000);
    comesBack(node, "2,000 missed commands");
  }

  @Test
  @Order(3)
  void returnsWithNothing() {
    LifeNode node = follower();
    node.kill();
    LifeDatabase.remove(node.folder.resolve("raft"));
    database(node).wipe();
    comesBack(node, "wiped, with " + number.get() + " commands in the log");
  }

  @Test
  @Order(4)
  void returnsWithoutItsDatabase() {
    LifeNode node = follower();
    node.kill();
    database(node).wipe();
    write(5);
    comesBack(node, "database wiped");
  }

  @Test
  @Order(5)
  void returnsWithTheDatabaseOfAnother() {
    LifeNode node = follower();
    node.kill();
    write(20);
    database(node).wipe();
    database(leader()).copyTo(database(node));
    comesBack(node, "database cloned");
  }

  @Test
  @Order(6)
  void rowChangedBehindItsBackIsNoticedAndPutRight() {
    write(3);
    LifeNode node = follower();
    assertThat(converged()).isPositive();
    database(node).execute("UPDATE downtime SET reason = 'altered by hand'");
    long since = System.nanoTime();
    check();
    String odd = "orchestrator_raft_state_odd{member=\"" + node.host + ":10008\"} 1\n";
    AtomicBoolean measured = new AtomicBoolean();
    await()
        .atMost(LifeGroup.LIMIT)
        .until(
            () -> {
              LifeNode leader = group.awaitLeader();
              String metrics = metrics(leader);
              measured.compareAndSet(
                  false,
                  metrics.contains("orchestrator_raft_state_diverged 1\n")
                      && metrics.contains(odd));
              return measured.get() && divergence(leader).contains(node.host + ":10008 differs in");
            });
    LOG.info("seen after {} ms: {}", millis(since), divergence(node));
    await()
        .atMost(LifeGroup.LIMIT)
        .until(() -> node.logText().contains("installed snapshot") && !isAltered(node));
    LOG.info("healed after {} ms", millis(since));
    write(3);
    assertThat(converged()).isPositive();
    await().atMost(LifeGroup.LIMIT).until(() -> divergence(node).isEmpty());
    for (LifeNode each : group.nodes) {
      await()
          .atMost(LifeGroup.LIMIT)
          .until(() -> metrics(each).contains("orchestrator_raft_state_diverged 0\n"));
      assertThat(metrics(each))
          .containsPattern("(?m)^orchestrator_raft_state_check_index [1-9][0-9]*$")
          .doesNotContain("orchestrator_raft_state_odd{");
    }
    LOG.info("told of no more after {} ms", millis(since));
    assertThat(node.process().isAlive()).isTrue();
  }

  @Test
  @Order(7)
  void leaderWithAChangedRowHandsOverAndIsPutRight() {
    LifeNode former = group.awaitLeader();
    database(former).execute("UPDATE downtime SET reason = 'altered by hand'");
    check();
    group.awaitLeaderOtherThan(former);
    await().atMost(LifeGroup.LIMIT).until(() -> !isAltered(former));
    assertThat(converged()).isPositive();
  }

  /** The long form: so many commands that the log no longer has them. */
  @Test
  @Order(8)
  @Tag("long")
  void returnsAfterTheLogIsGone() {
    LifeNode node = follower();
    node.kill();
    write(MORE_THAN_IS_KEPT);
    for (LifeNode other : group.nodes) {
      if (!other.equals(node)) {
        Reply cut = other.api().get("raft-snapshot", CALL).orElseThrow();
        assertThat(cut.body().asString("")).isEqualTo("snapshot created");
      }
    }
    comesBack(node, MORE_THAN_IS_KEPT + " missed commands, the log is gone");
    assertThat(node.logText()).contains("installed snapshot");

    LifeNode wiped = follower();
    wiped.kill();
    LifeDatabase.remove(wiped.folder.resolve("raft"));
    database(wiped).wipe();
    comesBack(wiped, "wiped, the log is gone");
  }

  /** Rule I2: what was promised to two of three must not be forgotten by two. */
  @Test
  @Order(9)
  @Tag("long")
  void twoOfThreeWipedAtOnceFormNoNewGroup() {
    LifeNode whole = group.awaitLeader();
    String cluster = clusterId(whole);
    List<LifeNode> lost = group.nodes.stream().filter(node -> !node.equals(whole)).toList();
    lost.forEach(LifeNode::kill);
    for (LifeNode node : lost) {
      LifeDatabase.remove(node.folder.resolve("raft"));
      database(node).wipe();
      node.start();
    }
    await()
        .atMost(LifeGroup.LIMIT)
        .until(() -> lost.stream().allMatch(n -> n.status("status") != 0));
    await()
        .during(Duration.ofSeconds(15))
        .atMost(LifeGroup.LIMIT)
        .until(
            () ->
                group.leader().isEmpty()
                    && lost.stream()
                        .map(ReturnScenarios::clusterId)
                        .allMatch(id -> id.isEmpty() || id.equals(cluster)));
  }

  private static String clusterId(LifeNode node) {
    return local(node, "raft-status").path("ClusterId").asString("");
  }

  LifeNode leader() {
    return group.awaitLeader();
  }

  LifeNode follower() {
    LifeNode leader = group.awaitLeader();
    return group.nodes.stream().filter(node -> !node.equals(leader)).findFirst().orElseThrow();
  }

  /** So many commands, through the leader. */
  void write(int count) {
    LifeNode leader = group.awaitLeader();
    long since = System.nanoTime();
    AtomicInteger failed = new AtomicInteger();
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      for (int i = 0; i < count; i++) {
        writers.execute(
            () -> {
              String host = "db" + number.incrementAndGet() % 500;
              String path = "begin-downtime/" + host + "/3306/me/because/1h";
              if (!leader.api().get(path, CALL).filter(Reply::isOk).isPresent()) {
                failed.incrementAndGet();
              }
            });
      }
    }
    assertThat(failed).hasValue(0);
    LOG.info("{} commands in {} ms", count, millis(since));
  }

  /** Starts the node; it catches up, and all three hold the same rows. */
  void comesBack(LifeNode node, String what) {
    long applied = applied(group.awaitLeader());
    long start = System.nanoTime();
    node.start();
    Duration often = Duration.ofMillis(5);
    await().pollInterval(often).atMost(LifeGroup.LIMIT).until(() -> node.status("status") != 0);
    long answers = System.nanoTime();
    await()
        .pollInterval(often)
        .atMost(LifeGroup.LIMIT)
        .until(() -> applied(node) >= applied && node.isHealthy());
    Duration madeGood = Duration.ofNanos(System.nanoTime() - answers);
    LOG.info(
        "{}: made good {} ms after the first answer, {} ms after the start of the process",
        what,
        madeGood.toMillis(),
        millis(start));
    assertThat(madeGood).as(what).isLessThan(MADE_GOOD);
    group.awaitWhole();
    assertThat(converged()).isPositive();
  }

  /** The index at which the hashes of all are the same, after a check of its own. */
  private long converged() {
    long index = check();
    await()
        .atMost(LifeGroup.LIMIT)
        .until(() -> group.nodes.stream().allMatch(node -> agrees(node, index)));
    return index;
  }

  private boolean agrees(LifeNode node, long index) {
    JsonNode answer = local(node, "raft-state-hashes");
    Set<String> hashes = new HashSet<>();
    answer.path("Hashes").forEach(hash -> hashes.add(hash.asString("")));
    return answer.path("CheckIndex").asLong(0) >= index
        && answer.path("Hashes").size() == group.nodes.size()
        && hashes.size() == 1
        && !answer.path("Diverged").asBoolean(true);
  }

  private long check() {
    return await()
        .atMost(LifeGroup.LIMIT)
        .until(
            () ->
                group
                    .awaitLeader()
                    .api()
                    .get("raft-check-state", CALL)
                    .filter(Reply::isOk)
                    .map(reply -> reply.details().asLong(0))
                    .orElse(0L),
            index -> index > 0);
  }

  /** What a scrape gets. */
  private static String metrics(LifeNode node) {
    return node.api().page("/metrics", CALL).orElse("");
  }

  private static String divergence(LifeNode node) {
    return local(node, "health").path("Details").path("StateDivergence").asString("");
  }

  private static long applied(LifeNode node) {
    return local(node, "raft-status").path("AppliedIndex").asLong(-1);
  }

  private static JsonNode local(LifeNode node, String path) {
    return node.api()
        .getLocally(path, CALL)
        .map(Reply::body)
        .orElse(tools.jackson.databind.node.MissingNode.getInstance());
  }

  private boolean isAltered(LifeNode node) {
    return database(node).count("SELECT count(*) FROM downtime WHERE reason = 'altered by hand'")
        > 0;
  }

  private static long millis(long since) {
    return Duration.ofNanos(System.nanoTime() - since).toMillis();
  }
}
