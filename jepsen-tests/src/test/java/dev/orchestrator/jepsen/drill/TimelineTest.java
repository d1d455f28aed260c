package dev.orchestrator.jepsen.drill;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private final Timeline timeline = new Timeline(1_000);

  @Test
  void timesCountFromTheKill() {
    timeline.mark(Milestone.WRITABLE, 1_500, "db2");
    assertThat(timeline.after(Milestone.WRITABLE)).contains(Duration.ofNanos(500));
    assertThat(timeline.after(Milestone.DETECTED)).isEmpty();
  }

  @Test
  void eventsComeInTheOrderInWhichTheyHappened() {
    timeline.mark(Milestone.WRITABLE, 3_000, "");
    timeline.mark(Milestone.DETECTED, 2_000, "");
    assertThat(timeline.events())
        .extracting(Timeline.Event::milestone)
        .containsExactly(Milestone.DETECTED, Milestone.WRITABLE);
  }
}
