package dev.orchestrator.raft.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Where durations fall, and what is told of them. */
class HistogramTest {
  private static final double TWO_TO_THE_QUARTER = Math.pow(2, 0.25);

  private final Histogram histogram = new Histogram();

  @Test
  void nothingRecordedIsNothing() {
    HistogramSnapshot none = histogram.snapshot();
    assertThat(none.count()).isZero();
    assertThat(none.sumSeconds()).isZero();
    assertThat(none.quantileSeconds(0.5)).isZero();
    assertThat(HistogramSnapshot.empty().count()).isZero();
  }

  @Test
  void boundsGrowByAFourthRootOfTwoAndTheLastHasNone() {
    HistogramSnapshot none = histogram.snapshot();
    assertThat(none.upperBoundSeconds(0)).isEqualTo(1e-6);
    int last = none.buckets() - 1;
    for (int bucket = 1; bucket < last; bucket++) {
      assertThat(none.upperBoundSeconds(bucket) / none.upperBoundSeconds(bucket - 1))
          .isBetween(TWO_TO_THE_QUARTER - 1e-9, TWO_TO_THE_QUARTER + 1e-9);
    }
    assertThat(none.upperBoundSeconds(last - 1)).isBetween(100.0, 140.0);
    assertThat(none.upperBoundSeconds(last)).isInfinite();
  }

  @Test
  void aBoundIsInItsOwnBucket() {
    histogram.record(1_000); // 1 microsecond
    histogram.record(2_000);
    histogram.record(2_001);
    HistogramSnapshot three = histogram.snapshot();
    assertThat(three.countIn(0)).isEqualTo(1);
    assertThat(three.countIn(4)).isEqualTo(1);
    assertThat(three.countIn(5)).isEqualTo(1);
  }

  @Test
  void whatIsOutOfRangeCountsAtTheEnds() {
    histogram.record(-5);
    histogram.record(0);
    histogram.record(Long.MAX_VALUE / 2);
    HistogramSnapshot three = histogram.snapshot();
    assertThat(three.countIn(0)).isEqualTo(2);
    assertThat(three.countIn(three.buckets() - 1)).isEqualTo(1);
    assertThat(three.quantileSeconds(1)).isFinite().isGreaterThan(100);
  }

  @Test
  void quantilesAreAtMostAFifthTooLargeAndNeverTooSmall() {
    SplittableRandom random = new SplittableRandom(7);
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      long nanos = (long) (2_000 * Math.exp(random.nextDouble(16))); // 2 microseconds to 18 s
      all.add(nanos);
      histogram.record(nanos);
    }
    List<Long> sorted = all.stream().sorted().toList();
    HistogramSnapshot recorded = histogram.snapshot();
    assertThat(recorded.count()).isEqualTo(10_000);
    for (double quantile : new double[] {0, 0.01, 0.5, 0.9, 0.99, 0.999, 1}) {
      int rank = Math.max(1, (int) Math.ceil(quantile * sorted.size()));
      double exact = sorted.get(rank - 1) / 1e9;
      assertThat(recorded.quantileSeconds(quantile))
          .as("quantile %s", quantile)
          .isBetween(exact * (1 - 1e-6), exact * 1.2);
    }
    double sum = all.stream().mapToDouble(nanos -> nanos / 1e9).sum();
    assertThat(recorded.sumSeconds()).isBetween(sum * 0.999, sum * 1.001);
  }

  @Test
  void aSnapshotStaysAsItWas() {
    histogram.record(1_000);
    HistogramSnapshot before = histogram.snapshot();
    histogram.record(1_000);
    assertThat(before.count()).isEqualTo(1);
    assertThat(before.countIn(0)).isEqualTo(1);
    assertThat(histogram.snapshot().countIn(0)).isEqualTo(2);
  }

  @Test
  void nothingIsLostWhenManyRecordAtOnce() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .name("recorder-" + i)
              .start(
                  () -> {
                    for (int each = 0; each < 10_000; each++) {
                      histogram.record(5_000);
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    assertThat(histogram.snapshot().count()).isEqualTo(40_000);
    assertThat(histogram.snapshot().sumSeconds()).isEqualTo(0.2);
  }
}
