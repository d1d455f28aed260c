package dev.orchestrator.probe.recovery;

import static dev.orchestrator.probe.recovery.Readings.DEAD;
import static dev.orchestrator.probe.recovery.Readings.DEAD_UUID;
import static dev.orchestrator.probe.recovery.Readings.replica;
import static dev.orchestrator.probe.recovery.Readings.uuid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.recovery.Choice.Reason;
import dev.orchestrator.probe.recovery.Choice.Refuse;
import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An acker that was restarted may have thrown away what it had acknowledged. */
class RestartsTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  private static final Instant PRIMARY_SEEN = NOW.minusSeconds(10);

  @Test
  void whoStartedAfterThePrimaryWasLastSeenMayHaveForgotten() {
    assertThat(forgets(100, 5)).isTrue();
    assertThat(forgets(100, 10)).isTrue();
    assertThat(forgets(100, 11)).as("counted in whole seconds").isTrue();
    assertThat(forgets(100, 12)).isFalse();
  }

  @Test
  void whoStartedBeforeMustHoldWhatThePrimaryHadExecutedWhenItWasSeen() {
    assertThat(forgets(99, 60)).isTrue();
    assertThat(forgets(100, 60)).isFalse();
    assertThat(forgets(99, 3600)).as("an old process only lags behind").isFalse();
    assertThat(forgets(99, -1)).as("a server that does not tell").isFalse();
  }

  @Test
  void itDoesNotCountAsAReadAcker() {
    DurabilityPolicy oneOfTwo =
        new DurabilityPolicy(true, 1, Set.of(uuid(2), uuid(3)), 2, "AFTER_SYNC", 10_000, "");
    Gathering gathering =
        Gathering.of(
            DEAD,
            Place.UNKNOWN,
            Set.of(DEAD_UUID),
            List.of(replica(2, 5).read(), replica(3, 5).read()),
            Map.of(),
            oneOfTwo);
    assertThat(CandidateSelector.choose(gathering)).isInstanceOf(Choice.Promote.class);
    assertThat(CandidateSelector.choose(gathering.forgetting(Set.of(uuid(3)))))
        .isInstanceOfSatisfying(
            Refuse.class,
            refuse -> {
              assertThat(refuse.reason()).isEqualTo(Reason.TOO_FEW_ACKERS_READ);
              assertThat(refuse.lines()).anyMatch(line -> line.contains("was restarted"));
            });
  }

  private static boolean forgets(int executed, long uptime) {
    ServerReading reading = replica(2, executed).read().reading().up(uptime);
    return Restarts.mayHaveForgotten(primary(), reading, NOW);
  }

  private static Instance primary() {
    return new Instance(
        DEAD,
        new ServerFacts(
            DEAD_UUID,
            1,
            "8.0.33",
            "",
            60,
            false,
            false,
            "ROW",
            "FULL",
            true,
            true,
            BinlogCoordinates.NONE,
            "ON",
            DEAD_UUID + ":1-100",
            "",
            ""),
        ReplicationFacts.NONE,
        SemiSyncFacts.NONE,
        List.of(),
        Placement.inCluster("db1:3306"),
        new CheckTimes(NOW, NOW, PRIMARY_SEEN, false, Duration.ZERO, ""));
  }
}
