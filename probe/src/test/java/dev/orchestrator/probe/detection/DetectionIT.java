package dev.orchestrator.probe.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.analysis.AnalysisPolicy;
import dev.orchestrator.probe.analysis.Analyzer;
import dev.orchestrator.probe.discovery.DiscoveryConfig;
import dev.orchestrator.probe.discovery.DiscoveryLoop;
import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.observer.Jury;
import dev.orchestrator.probe.observer.Verdict;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Judgement of real servers that die, freeze and come back; poll interval 5 s as by default. */
class DetectionIT {
  private static final Logger LOG = LoggerFactory.getLogger(DetectionIT.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration REACTION = Duration.ofMillis(1_500);

  private static MySqlLab lab;

  @TempDir private Path folder;

  private final AtomicBoolean leads = new AtomicBoolean(true);
  private final Verdicts verdicts = new Verdicts();
  private Database database;
  private DiscoveryLoop discovery;
  private DetectionLoop detection;

  @BeforeAll
  static void startServers() {
    lab = MySqlLab.start("127.0.62", 4, "replica_net_timeout=10");
  }

  @AfterAll
  static void stopServers() {
    lab.close();
  }

  private static InstanceKey key(int n) {
    return new InstanceKey(lab.host(n), lab.port());
  }

  private void startLoops(Duration reaction) {
    Duration poll = Duration.ofSeconds(5);
    database = Database.sqlite(folder.resolve("node.db"));
    FleetConnector connector =
        new FleetConnector(
            new FleetAccess(
                "orchestrator",
                "orch_topology_password",
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30)));
    discovery =
        new DiscoveryLoop(
            new DiscoveryConfig(
                poll,
                20,
                true,
                "@@report_host",
                List.of(key(1).toString()),
                List.of(),
                MySqlLab.PORT,
                "",
                "",
                "",
                "",
                true),
            connector,
            database,
            Clock.systemUTC(),
            () -> true);
    Analyzer analyzer =
        new Analyzer(new AnalysisPolicy(poll, Duration.ofSeconds(1), Duration.ofSeconds(10)));
    detection =
        new DetectionLoop(
            new DetectionConfig(Duration.ofSeconds(1), reaction, 2),
            new FleetView(database, analyzer, Clock.systemUTC(), discovery::topology),
            discovery,
            verdicts,
            new TestLeadership(leads),
            Jury.ALONE,
            Clock.systemUTC());
    discovery.start();
    detection.start();
    awaitHealthy();
  }

  @AfterEach
  void closeLoops() {
    detection.close();
    discovery.close();
    database.close();
  }

  private void awaitHealthy() {
    await()
        .atMost(LIMIT)
        .until(
            () -> {
              List<Analysis> newest = verdicts.newest;
              return discovery.topology().instances().size() == 4
                  && newest.size() == 1
                  && newest.getFirst().counts().replicating() == 3
                  && newest.getFirst().code() == AnalysisCode.NO_PROBLEM;
            });
    verdicts.clear();
  }

  private void awaitCode(AnalysisCode code, Duration limit) {
    await("judgement " + code).atMost(limit).until(() -> verdicts.firstSeen(key(1), code) != 0);
  }

  private void reviveThePrimary() {
    lab.restart(1);
    lab.execute(1, "SET GLOBAL super_read_only=0", "SET GLOBAL read_only=0");
    lab.awaitReplicating();
  }

  @Test
  void killedPrimaryIsDeadWithinSecondsAndItsDeathLasts() {
    startLoops(REACTION);
    List<Long> millis = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      awaitHealthy();
      long killed = System.nanoTime();
      lab.kill9(1);
      try {
        awaitCode(AnalysisCode.DEAD_PRIMARY, Duration.ofSeconds(10));
        long dead = verdicts.firstSeen(key(1), AnalysisCode.DEAD_PRIMARY);
        millis.add(Duration.ofNanos(dead - killed).toMillis());
        await().atMost(LIMIT).until(() -> verdicts.firstLasting(key(1)) != 0);
        Duration lasted = Duration.ofNanos(verdicts.firstLasting(key(1)) - dead);
        // Both moments are stamped a little after the judgement.
        assertThat(lasted).isBetween(REACTION.minusMillis(100), REACTION.plusSeconds(5));
        assertThat(verdicts.lastingCodes(key(1))).containsOnly(AnalysisCode.DEAD_PRIMARY);
      } finally {
        reviveThePrimary();
      }
    }
    LOG.info("kill -9 to DeadMaster millis={} median={}", millis, median(millis));
    assertThat(median(millis)).isLessThan(3_000);
  }

  private static long median(List<Long> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  @Test
  void restartWithinTheReactionTimeDoesNotLast() {
    startLoops(LIMIT);
    lab.kill9(1);
    reviveThePrimary();
    awaitAnswering();
    assertThat(verdicts.firstLasting(key(1))).isZero();
  }

  private void awaitAnswering() {
    await().atMost(LIMIT).until(() -> verdicts.codeOf(key(1)) == AnalysisCode.NO_PROBLEM);
  }

  /**
   * While its replicas hold on to it a frozen primary is unreachable; when their receivers give up
   * (after replica_net_timeout, 10 s here) it is dead.
   */
  @Test
  void frozenPrimaryIsUnreachableThenDead() {
    startLoops(REACTION);
    long frozen = System.nanoTime();
    lab.freeze(1);
    try {
      awaitCode(AnalysisCode.UNREACHABLE_PRIMARY, Duration.ofSeconds(12));
      awaitCode(AnalysisCode.DEAD_PRIMARY, LIMIT);
      await()
          .atMost(LIMIT)
          .until(() -> verdicts.lastingCodes(key(1)).contains(AnalysisCode.DEAD_PRIMARY));
      assertThat(verdicts.firstSeen(key(1), AnalysisCode.DEAD_PRIMARY))
          .isGreaterThan(verdicts.firstSeen(key(1), AnalysisCode.UNREACHABLE_PRIMARY));
      LOG.info(
          "freeze to UnreachableMaster={} DeadMaster={} lasting={} millis",
          sinceMillis(frozen, verdicts.firstSeen(key(1), AnalysisCode.UNREACHABLE_PRIMARY)),
          sinceMillis(frozen, verdicts.firstSeen(key(1), AnalysisCode.DEAD_PRIMARY)),
          sinceMillis(frozen, verdicts.firstLasting(key(1))));
    } finally {
      lab.thaw(1);
    }
    lab.awaitReplicating();
    awaitAnswering();
  }

  private static long sinceMillis(long from, long to) {
    return Duration.ofNanos(to - from).toMillis();
  }

  @Test
  void losingAReplicaIsNoFailureOfThePrimary() {
    startLoops(REACTION);
    lab.kill9(3);
    try {
      await()
          .atMost(LIMIT)
          .until(() -> verdicts.of(key(1)).map(a -> a.counts().valid()).orElse(0) == 2);
      await()
          .during(REACTION.plusSeconds(1))
          .atMost(LIMIT)
          .until(() -> verdicts.codeOf(key(1)) == AnalysisCode.NO_PROBLEM);
      assertThat(verdicts.firstLasting(key(1))).isZero();
      assertThat(verdicts.firstSeen(key(1), AnalysisCode.DEAD_PRIMARY)).isZero();
    } finally {
      lab.restart(3);
      lab.awaitReplicating();
    }
  }

  @Test
  void primaryThatDiesWithAReplicaIsDeadToo() {
    startLoops(REACTION);
    lab.kill9(3);
    lab.kill9(1);
    try {
      awaitCode(AnalysisCode.DEAD_PRIMARY_AND_SOME_REPLICAS, LIMIT);
      await().atMost(LIMIT).until(() -> verdicts.firstLasting(key(1)) != 0);
    } finally {
      lab.restart(3);
      reviveThePrimary();
    }
  }

  @Test
  void followerJudgesButDoesNotAct() {
    startLoops(REACTION);
    leads.set(false);
    await().atMost(LIMIT).until(() -> verdicts.leadershipChanges.size() >= 2);
    verdicts.clear();
    lab.kill9(1);
    try {
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  discovery.topology().find(key(1)).orElseThrow().check().error().contains("REF"));
      await().during(REACTION.plusSeconds(1)).atMost(LIMIT).until(() -> verdicts.newest.isEmpty());
      leads.set(true);
      await().atMost(LIMIT).until(() -> verdicts.firstLasting(key(1)) != 0);
    } finally {
      reviveThePrimary();
    }
  }

  /** What the loop told its actor. Thread-safe. */
  private static final class Verdicts implements DetectionLoop.Actor {
    volatile List<Analysis> newest = List.of();
    final List<Boolean> leadershipChanges = new CopyOnWriteArrayList<>();
    private final Map<InstanceKey, Map<AnalysisCode, Long>> seen = new java.util.HashMap<>();
    private final Map<InstanceKey, Map<AnalysisCode, Long>> lasted = new java.util.HashMap<>();

    @Override
    public synchronized void consider(
        Topology topology,
        List<Analysis> all,
        List<Analysis> lasting,
        Map<InstanceKey, Verdict> agreed) {
      newest = all;
      all.forEach(analysis -> note(seen, analysis));
      lasting.forEach(analysis -> note(lasted, analysis));
    }

    private static void note(Map<InstanceKey, Map<AnalysisCode, Long>> times, Analysis analysis) {
      times
          .computeIfAbsent(analysis.instance().key(), _ -> new EnumMap<>(AnalysisCode.class))
          .putIfAbsent(analysis.code(), System.nanoTime());
    }

    @Override
    public void leadershipChanged() {
      leadershipChanges.add(Boolean.TRUE);
    }

    Optional<Analysis> of(InstanceKey key) {
      return newest.stream().filter(a -> a.instance().key().equals(key)).findFirst();
    }

    @Nullable AnalysisCode codeOf(InstanceKey key) {
      return of(key).map(Analysis::code).orElse(null);
    }

    synchronized void clear() {
      newest = List.of();
      seen.clear();
      lasted.clear();
    }

    synchronized long firstSeen(InstanceKey key, AnalysisCode code) {
      return seen.getOrDefault(key, Map.of()).getOrDefault(code, 0L);
    }

    synchronized long firstLasting(InstanceKey key) {
      return lasted.getOrDefault(key, Map.of()).values().stream()
          .mapToLong(Long::longValue)
          .min()
          .orElse(0);
    }

    synchronized List<AnalysisCode> lastingCodes(InstanceKey key) {
      return List.copyOf(lasted.getOrDefault(key, Map.of()).keySet());
    }
  }

  /** Leads when told to. Thread-safe. */
  private record TestLeadership(AtomicBoolean leading) implements Leadership {
    @Override
    public boolean leads() {
      return leading.get();
    }

    @Override
    public boolean leaderCheck() {
      return leading.get();
    }

    @Override
    public long term() {
      return 1;
    }

    @Override
    public String self() {
      return "n1";
    }

    @Override
    public Optional<URI> leaderUri() {
      return Optional.empty();
    }

    @Override
    public boolean partOfQuorum() {
      return true;
    }
  }
}
