package dev.orchestrator.raft.metrics;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often durations fell between fixed bounds, four per doubling from one microsecond to about
 * two minutes, so that a quantile is off by at most a fifth. Lock-free; thread-safe.
 */
public final class Histogram {
  private static final int STEPS_PER_DOUBLING = 4;
  private static final int DOUBLINGS = 27;
  private static final int BOUNDS = STEPS_PER_DOUBLING * DOUBLINGS;
  private static final double NANOS_PER_MICRO = 1_000;

  private final AtomicLongArray counts = new AtomicLongArray(BOUNDS + 1);
  private final LongAdder sumNanos = new LongAdder();

  /** Adds one duration; a negative one counts as none. */
  public void record(long nanos) {
    long duration = Math.max(0, nanos);
    counts.incrementAndGet(bucket(duration));
    sumNanos.add(duration);
  }

  /** What was recorded so far. Not one instant: values recorded meanwhile may be in or not. */
  public HistogramSnapshot snapshot() {
    long[] copy = new long[counts.length()];
    long total = 0;
    for (int i = 0; i < copy.length; i++) {
      copy[i] = counts.get(i);
      total += copy[i];
    }
    return new HistogramSnapshot(total, sumNanos.sum(), copy);
  }

  /** Number of the first bucket whose upper bound is not below the duration. */
  private static int bucket(long nanos) {
    double micros = nanos / NANOS_PER_MICRO;
    if (micros <= 1) {
      return 0;
    }
    double place = Math.log(micros) / Math.log(2) * STEPS_PER_DOUBLING;
    return Math.min(BOUNDS, (int) Math.ceil(place - 1e-9));
  }

  /** Upper bound of a bucket in seconds; infinite for the last one. */
  static double upperBoundSeconds(int bucket) {
    return bucket >= BOUNDS
        ? Double.POSITIVE_INFINITY
        : Math.pow(2, (double) bucket / STEPS_PER_DOUBLING) / 1e6;
  }
}
