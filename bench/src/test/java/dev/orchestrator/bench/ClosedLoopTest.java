package dev.orchestrator.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClosedLoopTest {
  @Test
  void keepsSoManyUnderWayAndCountsEachOnce() throws Exception {
    AtomicInteger underWay = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger proposed = new AtomicInteger();
    try (var applier = Executors.newSingleThreadExecutor()) {
      Contender.Member member =
          new Contender.Member() {
            @Override
            public boolean leads() {
              return true;
            }

            @Override
            public void propose(byte[] command, Contender.End end) {
              assertThat(command).hasSize(256);
              proposed.incrementAndGet();
              most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
              applier.execute(
                  () -> {
                    underWay.decrementAndGet();
                    end.applied();
                  });
            }
          };
      Slice slice = ClosedLoop.run(member, 256, 16, Duration.ofMillis(50));
      assertThat(slice.isVoid()).isFalse();
      assertThat(slice.entries()).isEqualTo(proposed.get()).isGreaterThanOrEqualTo(16);
      assertThat(most).hasValue(16);
      assertThat(underWay).hasValue(0);
      assertThat(slice.p50Nanos()).isPositive().isLessThanOrEqualTo(slice.p99Nanos());
      assertThat(Slice.parse(slice.text())).isEqualTo(slice);
    }
  }

  @Test
  void aFailureMakesASliceVoid() throws Exception {
    Contender.Member member =
        new Contender.Member() {
          @Override
          public boolean leads() {
            return false;
          }

          @Override
          public void propose(byte[] command, Contender.End end) {
            end.failed(new IllegalStateException("does not lead"));
          }
        };
    assertThat(ClosedLoop.run(member, 8, 4, Duration.ofSeconds(30)).isVoid()).isTrue();
  }

  @Test
  void quantilesAreExactToABucket() {
    Histogram histogram = new Histogram();
    for (int i = 1; i <= 10_000; i++) {
      histogram.record(i * 1_000L);
    }
    assertThat(histogram.count()).isEqualTo(10_000);
    assertThat((double) histogram.quantile(0.50)).isBetween(4_900_000.0, 5_000_000.0);
    assertThat((double) histogram.quantile(0.99)).isBetween(9_740_000.0, 9_900_000.0);
  }

  @Test
  void theMedianOfPairsIsTheMedianOfTheirRatios() {
    Cell cell = new Cell("peer", 256, 1, List.of(pair(30, 10), pair(10, 10), pair(20, 10)));
    assertThat(cell.median(Pair::throughput)).isEqualTo(2.0);
    assertThat(cell.lines()).contains("2.00 (1.00 to 3.00)");
  }

  private static Pair pair(long ours, long peer) {
    return new Pair(slice(ours), slice(peer), 1000);
  }

  private static Slice slice(long entries) {
    return new Slice(entries, 1_000_000_000, 0, 1000, 2000, 10, 10);
  }
}
