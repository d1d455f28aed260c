package dev.orchestrator.probe.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.mysql.FailureCause;
import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.mysql.MySqlProbe;
import dev.orchestrator.probe.mysql.Observation;
import dev.orchestrator.probe.mysql.VisitSettings;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicaThreadState;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Discovery of real servers: one primary, three replicas. */
class DiscoveryIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static MySqlLab lab;

  private final MemoryStore store = new MemoryStore();
  private final AtomicBoolean active = new AtomicBoolean(true);
  private DiscoveryLoop loop;

  @BeforeAll
  static void startServers() {
    lab = MySqlLab.start("127.0.61", 4);
  }

  @AfterAll
  static void stopServers() {
    lab.close();
  }

  @AfterEach
  void closeLoop() {
    if (loop != null) {
      loop.close();
    }
  }

  private static InstanceKey key(int n) {
    return new InstanceKey(lab.host(n), lab.port());
  }

  private static FleetConnector connector() {
    return new FleetConnector(
        new FleetAccess(
            "orchestrator",
            "orch_topology_password",
            Duration.ofSeconds(2),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30)));
  }

  private void startLoop(boolean byReplicaHosts, List<String> seeds, List<String> ignored) {
    DiscoveryConfig config =
        new DiscoveryConfig(
            Duration.ofSeconds(1),
            20,
            byReplicaHosts,
            "@@report_host",
            seeds,
            ignored,
            MySqlLab.PORT,
            "^(127)\\.",
            "",
            "",
            "SELECT 'drill'",
            true);
    loop = new DiscoveryLoop(config, connector(), store, Clock.systemUTC(), active::get);
    loop.start();
  }

  private void awaitKnown(int... numbers) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(loop.topology().instances()).hasSize(numbers.length);
              assertThat(loop.topology().instances())
                  .allMatch(instance -> instance.check().lastCheckValid());
            });
  }

  /** What rule D9 rests on: the settings before a death are known after it. */
  @Test
  void whetherCommitsWereOnDiskIsKnownAfterTheServersDeath() {
    startLoop(true, List.of(lab.key(1)), List.of());
    awaitKnown(1, 2, 3, 4);
    assertThat(loop.durable(key(4))).isEqualTo("false");
    lab.execute(4, "SET GLOBAL sync_binlog = 1", "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
    await().atMost(LIMIT).until(() -> loop.durable(key(4)).equals("true"));
    lab.kill9(4);
    await()
        .atMost(LIMIT)
        .until(() -> !loop.topology().find(key(4)).orElseThrow().check().lastCheckValid());
    assertThat(loop.durable(key(4))).isEqualTo("true");
    lab.restart(4);
    await().atMost(LIMIT).until(() -> loop.durable(key(4)).equals("false"));
    assertThat(loop.durable(new InstanceKey("127.0.61.99", 3306))).isEqualTo("unknown");
  }

  @Test
  void visitReadsEverything() {
    lab.execute(1, "INSERT INTO drill.ledger (id) VALUES (1001)");
    lab.awaitCaughtUp(2, 1);
    try (MySqlProbe probe =
        new MySqlProbe(
            connector(), new VisitSettings(true, "@@report_host", ""), Clock.systemUTC())) {
      Observation.Reached primary = (Observation.Reached) probe.visit(key(1));
      assertThat(primary.status().server().uuid()).isEqualTo(lab.value(1, "SELECT @@server_uuid"));
      assertThat(primary.status().server().version()).startsWith("8.0.");
      assertThat(primary.status().server().readOnly()).isFalse();
      assertThat(primary.status().server().logBin()).isTrue();
      assertThat(primary.status().server().logReplicaUpdates()).isTrue();
      assertThat(primary.status().server().binlogFormat()).isEqualTo("ROW");
      assertThat(primary.status().server().gtidMode()).isEqualTo("ON");
      assertThat(primary.status().server().gtidExecuted())
          .contains(primary.status().server().uuid());
      assertThat(primary.status().server().selfCoordinates().position()).isPositive();
      assertThat(primary.status().replication().configured()).isFalse();
      assertThat(primary.status().semiSync().available()).isTrue();
      assertThat(primary.status().semiSync().sourceEnabled()).isTrue();
      assertThat(primary.status().semiSync().sourceStatus()).isTrue();
      assertThat(primary.status().semiSync().waitForReplicas()).isEqualTo(1);
      assertThat(primary.status().semiSync().clients()).isGreaterThanOrEqualTo(3);
      assertThat(primary.status().semiSync().waitPoint()).isEqualTo("AFTER_SYNC");
      assertThat(primary.status().replicas()).contains(key(2), key(3), key(4));

      Observation.Reached replica = (Observation.Reached) probe.visit(key(2));
      assertThat(replica.status().server().superReadOnly()).isTrue();
      assertThat(replica.status().replication().source()).isEqualTo(key(1));
      assertThat(replica.status().replication().sourceUuid())
          .isEqualTo(primary.status().server().uuid());
      assertThat(replica.status().replication().running()).isTrue();
      assertThat(replica.status().replication().autoPosition()).isTrue();
      assertThat(replica.status().replication().user()).isEqualTo("repl");
      assertThat(replica.status().replication().credentialsAvailable()).isTrue();
      assertThat(replica.status().replication().retrievedGtid())
          .contains(primary.status().server().uuid());
      assertThat(replica.status().semiSync().replicaEnabled()).isTrue();
    }
  }

  @Test
  void failedVisitsSayWhy() {
    try (MySqlProbe probe =
        new MySqlProbe(connector(), new VisitSettings(true, "none", ""), Clock.systemUTC())) {
      assertThat(cause(probe, new InstanceKey("127.0.61.1", 1))).isEqualTo(FailureCause.REFUSED);
      assertThat(cause(probe, new InstanceKey("no-such-host.invalid", 3306)))
          .isEqualTo(FailureCause.UNRESOLVED);
    }
    FleetAccess wrong =
        new FleetAccess(
            "orchestrator",
            "not it",
            Duration.ofSeconds(2),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2));
    try (MySqlProbe probe =
        new MySqlProbe(
            new FleetConnector(wrong), new VisitSettings(true, "none", ""), Clock.systemUTC())) {
      Observation.Unreached denied = (Observation.Unreached) probe.visit(key(1));
      assertThat(denied.cause()).isEqualTo(FailureCause.DENIED);
      assertThat(denied.message()).doesNotContain("not it");
      assertThat(denied.partial()).isFalse();
    }
  }

  private static FailureCause cause(MySqlProbe probe, InstanceKey key) {
    return ((Observation.Unreached) probe.visit(key)).cause();
  }

  @Test
  void sessionLostWhileIdleIsNoFailure() {
    try (MySqlProbe probe =
        new MySqlProbe(connector(), new VisitSettings(true, "none", ""), Clock.systemUTC())) {
      assertThat(probe.visit(key(4))).isInstanceOf(Observation.Reached.class);
      killSessions(4, "user = 'orchestrator'");
      assertThat(probe.visit(key(4))).isInstanceOf(Observation.Reached.class);
    }
  }

  private static void killSessions(int n, String where) {
    lab.query(n, "SELECT id FROM information_schema.processlist WHERE " + where)
        .forEach(row -> lab.execute(n, "KILL " + row.values().iterator().next()));
  }

  @Test
  void frozenServerTimesOutWithinTheVisitsBound() {
    try (MySqlProbe probe =
        new MySqlProbe(connector(), new VisitSettings(true, "none", ""), Clock.systemUTC())) {
      assertThat(probe.visit(key(4))).isInstanceOf(Observation.Reached.class);
      lab.freeze(4);
      try {
        long start = System.nanoTime();
        Observation kept = probe.visit(key(4), Duration.ofMillis(700));
        Observation fresh = probe.visit(key(4), Duration.ofMillis(700));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(((Observation.Unreached) kept).cause()).isEqualTo(FailureCause.TIMED_OUT);
        assertThat(((Observation.Unreached) fresh).cause()).isEqualTo(FailureCause.TIMED_OUT);
        assertThat(took).isBetween(Duration.ofMillis(1_300), Duration.ofSeconds(10));
      } finally {
        lab.thaw(4);
      }
    }
    lab.awaitReplicating();
  }

  @Test
  void findsReplicasFromThePrimaryByReplicaHosts() {
    startLoop(true, List.of(), List.of());
    Instance seen = loop.visitNow(key(1), LIMIT);
    assertThat(seen.placement().clusterName()).isEqualTo(key(1).toString());
    awaitKnown(1, 2, 3, 4);
    assertThat(loop.topology().replicasOf(key(1))).hasSize(3);
    Instance replica = loop.topology().find(key(3)).orElseThrow();
    assertThat(replica.placement().clusterName()).isEqualTo(key(1).toString());
    assertThat(replica.placement().depth()).isEqualTo(1);
    assertThat(replica.placement().suggestedAlias()).isEqualTo("drill");
    assertThat(replica.placement().dataCenter()).isEqualTo("127");
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(store.rows.values())
                    .hasSize(4)
                    .allMatch(row -> row.placement().clusterName().equals(key(1).toString())));
  }

  @Test
  void findsReplicasFromThePrimaryByItsProcessList() {
    startLoop(false, List.of(key(1).toString()), List.of());
    awaitKnown(1, 2, 3, 4);
  }

  @Test
  void findsThePrimaryFromAReplica() {
    store.seeds.add(key(3));
    startLoop(true, List.of(), List.of());
    awaitKnown(1, 2, 3, 4);
  }

  @Test
  void knowsWhatAnEarlierRunKnew() {
    startLoop(true, List.of(key(1).toString()), List.of());
    awaitKnown(1, 2, 3, 4);
    await().atMost(LIMIT).until(() -> store.rows.size() == 4);
    loop.close();
    active.set(false);
    startLoop(true, List.of(), List.of());
    assertThat(loop.topology().instances()).hasSize(4);
  }

  @Test
  void ignoresWhatItIsToldToIgnore() {
    startLoop(true, List.of(key(1).toString()), List.of(lab.host(4)));
    awaitKnown(1, 2, 3);
    assertThat(loop.topology().find(key(4))).isEmpty();
  }

  @Test
  void visitsNothingWhileInactive() {
    active.set(false);
    startLoop(true, List.of(key(1).toString()), List.of());
    loop.hurry(List.of(key(1)));
    await()
        .during(Duration.ofMillis(1_500))
        .atMost(Duration.ofSeconds(5))
        .until(() -> loop.topology().instances().isEmpty());
    active.set(true);
    awaitKnown(1, 2, 3, 4);
  }

  @Test
  void forgottenServerStaysForgottenUntilAsked() {
    startLoop(true, List.of(key(1).toString()), List.of());
    awaitKnown(1, 2, 3, 4);
    loop.forget(key(4));
    await()
        .during(Duration.ofMillis(2_500))
        .atMost(Duration.ofSeconds(6))
        .until(() -> loop.topology().find(key(4)).isEmpty());
    assertThat(store.rows).doesNotContainKey(key(4));
    loop.visitNow(key(4), LIMIT);
    awaitKnown(1, 2, 3, 4);
  }

  @Test
  void unreachableServerCannotBeDiscovered() {
    startLoop(true, List.of(), List.of());
    assertThatThrownBy(() -> loop.visitNow(new InstanceKey(lab.host(1), 1), LIMIT))
        .isInstanceOf(ProbeException.class)
        .hasMessageContaining(lab.host(1))
        .hasMessageContaining("REFUSED");
    assertThat(loop.topology().instances()).isEmpty();
  }

  @Test
  void deadSourceOfALivingReplicaIsKnownAndJudged() {
    lab.kill9(1);
    try {
      startLoop(true, List.of(key(2).toString()), List.of());
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                assertThat(loop.topology().find(key(1)))
                    .hasValueSatisfying(
                        source -> {
                          assertThat(source.check().lastCheckValid()).isFalse();
                          assertThat(source.check().error()).contains("REFUSED");
                        });
                assertThat(loop.topology().find(key(2)))
                    .hasValueSatisfying(
                        replica ->
                            assertThat(replica.replication().receiver())
                                .isEqualTo(ReplicaThreadState.OTHER));
                assertThat(loop.topology().clusterNames()).containsExactly(key(1).toString());
              });
    } finally {
      lab.restart(1);
      lab.execute(1, "SET GLOBAL super_read_only=0", "SET GLOBAL read_only=0");
      lab.awaitReplicating();
    }
  }
}
