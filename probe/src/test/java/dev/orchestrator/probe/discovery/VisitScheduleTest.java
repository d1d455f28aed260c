package dev.orchestrator.probe.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VisitScheduleTest {
  private static final InstanceKey KEY = new InstanceKey("db", 1);

  private final VisitSchedule schedule = new VisitSchedule(Duration.ofSeconds(5), 2);

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  @Test
  void newServerIsDueAtOnceAndThenOncePerPollIntervalFromTheStartOfItsVisit() {
    schedule.add(KEY);
    assertThat(schedule.takeDue(millis(100))).containsExactly(KEY);
    schedule.ended(KEY); // a long visit does not shift the next one
    assertThat(schedule.takeDue(millis(5_099))).isEmpty();
    assertThat(schedule.nanosUntilDue(millis(5_099), millis(1_000))).isEqualTo(millis(1));
    assertThat(schedule.takeDue(millis(5_100))).containsExactly(KEY);
  }

  @Test
  void hangingVisitDoesNotPileUp() {
    schedule.add(KEY);
    assertThat(schedule.takeDue(0)).hasSize(1);
    schedule.hurry(KEY);
    assertThat(schedule.takeDue(millis(60_000))).isEmpty();
    assertThat(schedule.nanosUntilDue(millis(60_000), millis(250))).isEqualTo(millis(250));
    schedule.ended(KEY);
    assertThat(schedule.takeDue(millis(60_001))).containsExactly(KEY);
  }

  @Test
  void hurriedVisitsKeepADistance() {
    schedule.add(KEY);
    assertThat(schedule.takeDue(0)).hasSize(1);
    schedule.ended(KEY);
    schedule.hurry(KEY);
    assertThat(schedule.takeDue(millis(74))).isEmpty();
    assertThat(schedule.takeDue(millis(75))).containsExactly(KEY);
    schedule.ended(KEY);
    assertThat(schedule.takeDue(millis(150))).as("hurried once, visited once").isEmpty();
  }

  @Test
  void addingAgainDoesNotDisturb() {
    schedule.add(KEY);
    assertThat(schedule.takeDue(0)).hasSize(1);
    schedule.ended(KEY);
    schedule.add(KEY);
    assertThat(schedule.takeDue(millis(4_999))).isEmpty();
  }

  @Test
  void isBounded() {
    assertThat(schedule.add(new InstanceKey("db", 2))).isTrue();
    assertThat(schedule.add(new InstanceKey("db", 3))).isTrue();
    assertThat(schedule.add(KEY)).isFalse();
    assertThat(schedule.hurry(KEY)).isFalse();
    assertThat(schedule.contains(KEY)).isFalse();
  }

  @Test
  void removedServerIsNotVisited() {
    schedule.add(KEY);
    schedule.remove(KEY);
    schedule.ended(KEY);
    assertThat(schedule.takeDue(millis(1))).isEmpty();
  }

  @Test
  void patienceIsShortWithTheQuickAndGrowsWithTheSlow() {
    Duration full = Duration.ofSeconds(12);
    Duration quick = Duration.ofMillis(5);
    assertThat(Patience.of(full, false, Duration.ZERO, 9)).isEqualTo(full);
    assertThat(Patience.of(full, true, quick, 0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Patience.of(full, true, quick, 1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Patience.of(full, true, quick, 4)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Patience.of(full, true, quick, 6)).isEqualTo(Duration.ofSeconds(4));
    assertThat(Patience.of(full, true, quick, 99_999)).isEqualTo(full);
    assertThat(Patience.of(full, true, Duration.ofSeconds(2), 0)).isEqualTo(Duration.ofSeconds(8));
  }
}
