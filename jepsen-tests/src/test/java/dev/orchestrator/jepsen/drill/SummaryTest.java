package dev.orchestrator.jepsen.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.jepsen.drill.Summary.Spread;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SummaryTest {
  @Test
  void theMedianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Spread.of(millis(30, 10, 20)))
        .isEqualTo(
            new Spread(3, Duration.ofMillis(20), Duration.ofMillis(10), Duration.ofMillis(30)));
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(Spread.of(millis(40, 10, 20, 30)).median()).isEqualTo(Duration.ofMillis(25));
  }

  @Test
  void printsOneLinePerMilestone() {
    var timeline = new Timeline(0);
    timeline.mark(Milestone.NEW_LEADER, 400_000_000L, "n2");
    var summary = new Summary();
    summary.add(timeline);
    var output = new ByteArrayOutputStream();
    summary.print(new Console(new PrintStream(output, true, StandardCharsets.UTF_8)));
    assertThat(output.toString(StandardCharsets.UTF_8))
        .containsPattern("new Raft leader +0.400 s +0.400 s +0.400 s +1\\n");
  }

  private static List<Duration> millis(long... values) {
    return Arrays.stream(values).mapToObj(Duration::ofMillis).toList();
  }
}
