package dev.orchestrator.probe.observer;

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
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three members watch real servers and tell each other what they see. */
class ObserversIT {
  private static final String NETWORK = "127.0.74";
  private static final List<String> NAMES = List.of("n1", "n2", "n3");
  private static final Duration LIMIT = Duration.ofSeconds(120);

  @TempDir Path folder;

  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<String, DiscoveryLoop> loops = new ConcurrentHashMap<>();
  private final Map<String, Observers> observers = new ConcurrentHashMap<>();
  private final Map<String, BiConsumer<String, byte[]>> inboxes = new ConcurrentHashMap<>();
  private final Set<String> silent = ConcurrentHashMap.newKeySet();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable part : open.reversed()) {
      part.close();
    }
  }

  /** Members that hand each other notes in memory; a silent one sends and receives nothing. */
  private final class Link implements ObserverLink {
    private final String self;

    Link(String self) {
      this.self = self;
    }

    @Override
    public String self() {
      return self;
    }

    @Override
    public List<String> voters() {
      return NAMES;
    }

    @Override
    public void tell(String member, byte[] note) {
      BiConsumer<String, byte[]> inbox = inboxes.get(member);
      if (inbox != null && !silent.contains(self) && !silent.contains(member)) {
        inbox.accept(self, note);
      }
    }

    @Override
    public void onNote(BiConsumer<String, byte[]> listener) {
      inboxes.put(self, listener);
    }
  }

  private void start(String name, MySqlLab lab) {
    Database database = Database.sqlite(folder.resolve(name + ".db"));
    open.add(database);
    FleetConnector connector =
        new FleetConnector(
            new FleetAccess(
                "orchestrator",
                "orch_topology_password",
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30)));
    DiscoveryLoop loop =
        new DiscoveryLoop(
            new DiscoveryConfig(
                Duration.ofSeconds(5),
                20,
                true,
                "@@report_host",
                List.of(lab.key(1)),
                List.of(),
                lab.port(),
                "",
                "",
                "",
                "",
                true),
            connector,
            database,
            Clock.systemUTC(),
            () -> true);
    open.add(loop);
    AgreementPolicy policy =
        new AgreementPolicy(
            AgreementPolicy.Rule.MAJORITY, Duration.ofSeconds(4), Pattern.compile("()"));
    Observers observer = new Observers(policy, new Link(name), loop);
    open.add(observer);
    loops.put(name, loop);
    observers.put(name, observer);
    loop.start();
    observer.start();
  }

  private Optional<Analysis> judged(String name, InstanceKey key) {
    return new Analyzer(
            new AnalysisPolicy(
                Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(10)))
            .analyze(
                loops.get(name).topology(),
                Map.of(),
                Map.of(),
                Clock.systemUTC().instant(),
                Set.of())
            .stream()
            .filter(analysis -> analysis.instance().key().equals(key))
            .findFirst();
  }

  private Verdict verdict(InstanceKey key, long lastingMillis) {
    return observers
        .get("n1")
        .judge(judged("n1", key).orElseThrow(), Duration.ofMillis(lastingMillis));
  }

  @Test
  void threeMembersAgreeOnADeathAndOnAFrozenPrimaryAndNotOnALivingOne() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3, "replica_net_timeout=60")) {
      InstanceKey primary = InstanceKey.parse(lab.key(1), 0);
      NAMES.forEach(name -> start(name, lab));
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  NAMES.stream()
                      .allMatch(
                          name -> loops.get(name).topology().replicasOf(primary).size() == 2));
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                Verdict alive = verdict(primary, 30_000);
                assertThat(alive.agreed()).isFalse();
                assertThat(alive.summary()).startsWith("seen writable by n1");
              });

      lab.freeze(1);
      awaitAgreement(primary, AnalysisCode.UNREACHABLE_PRIMARY, "TIMED_OUT");
      lab.thaw(1);
      await().atMost(LIMIT).until(() -> !verdict(primary, 30_000).agreed());

      lab.kill9(1);
      awaitAgreement(primary, AnalysisCode.DEAD_PRIMARY, "REFUSED");

      silent.add("n2");
      await().atMost(LIMIT).until(() -> verdict(primary, 600).evidence().contains("n2 silent"));
      assertThat(verdict(primary, 600).agreed()).as("two of three are heard").isTrue();
      silent.add("n3");
      await().atMost(LIMIT).until(() -> !verdict(primary, 600).agreed());
      assertThat(verdict(primary, 4_000).degraded()).as("alone, after the wait").isTrue();
    }
  }

  private void awaitAgreement(InstanceKey primary, AnalysisCode code, String cause) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(judged("n1", primary).orElseThrow().code()).isEqualTo(code);
              Verdict verdict = verdict(primary, 3_000);
              assertThat(verdict.evidence()).contains("3 of 3").contains(cause);
              assertThat(verdict.agreed()).as(verdict.evidence()).isTrue();
            });
  }
}
