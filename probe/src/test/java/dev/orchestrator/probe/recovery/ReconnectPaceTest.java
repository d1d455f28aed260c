package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconnectPaceTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final String NAME = "db1:3306";

  private final ReconnectPace pace = new ReconnectPace();

  private static ClusterRecord record(String cluster, String uuid, long epoch) {
    return new ClusterRecord(cluster, uuid, InstanceKey.parse(NAME, 0), epoch, "");
  }

  private boolean takenAt(double seconds, ClusterRecord record) {
    return pace.take(record, NAME, START.plusMillis((long) (seconds * 1_000)));
  }

  @Test
  void oneFailureIsAskedAboutOnceAMinute() {
    ClusterRecord record = record("c1", "u1", 1);
    assertThat(takenAt(0, record)).isTrue();
    pace.stillFailing(List.of(NAME));
    assertThat(takenAt(59, record)).isFalse();
    assertThat(takenAt(60, record)).isTrue();
    assertThat(takenAt(61, record)).isFalse();
  }

  @Test
  void newPrimaryIsANewCaseAtOnce() {
    assertThat(takenAt(0, record("c1", "u1", 1))).isTrue();
    assertThat(takenAt(0.5, record("c1", "u2", 2))).isTrue();
    assertThat(takenAt(1, record("c1", "u1", 3))).as("the first again").isTrue();
    assertThat(takenAt(1.5, record("c1", "u1", 3))).isFalse();
  }

  @Test
  void failureThatEndedAndCameBackIsOneAfterARest() {
    ClusterRecord record = record("c1", "u1", 1);
    assertThat(takenAt(0, record)).isTrue();
    pace.stillFailing(List.of("another"));
    pace.stillFailing(List.of(NAME));
    assertThat(takenAt(9, record)).isFalse();
    assertThat(takenAt(10, record)).isTrue();
    assertThat(takenAt(20, record)).as("it goes on").isFalse();
  }

  @Test
  void clustersDoNotWaitForEachOther() {
    assertThat(takenAt(0, record("c1", "u1", 1))).isTrue();
    assertThat(takenAt(0, record("c2", "u2", 1))).isTrue();
  }
}
