package dev.orchestrator.raft.metrics;

/** A histogram's content at one moment. Immutable. */
public final class HistogramSnapshot {
  private static final double NANOS_PER_SECOND = 1e9;

  private final long count;
  private final long sumNanos;
  private final long[] counts;

  HistogramSnapshot(long count, long sumNanos, long[] counts) {
    this.count = count;
    this.sumNanos = sumNanos;
    this.counts = counts;
  }

  /** Nothing recorded. */
  public static HistogramSnapshot empty() {
    return new Histogram().snapshot();
  }

  /** Number of durations. */
  public long count() {
    return count;
  }

  /** All durations together. */
  public double sumSeconds() {
    return sumNanos / NANOS_PER_SECOND;
  }

  /** Number of buckets; the last one has no upper bound. */
  public int buckets() {
    return counts.length;
  }

  /** Upper bound of a bucket, inclusive, in seconds. */
  public double upperBoundSeconds(int bucket) {
    return Histogram.upperBoundSeconds(bucket);
  }

  /** How many durations fell into this bucket alone. */
  public long countIn(int bucket) {
    return counts[bucket];
  }

  /**
   * Upper bound of the bucket that holds this quantile, in seconds; 0 if nothing was recorded, the
   * largest finite bound for what lies above it.
   *
   * @param quantile from 0 to 1
   */
  public double quantileSeconds(double quantile) {
    if (count == 0) {
      return 0;
    }
    long rank = Math.max(1, (long) Math.ceil(quantile * count));
    long seen = 0;
    for (int bucket = 0; bucket < counts.length; bucket++) {
      seen += counts[bucket];
      if (seen >= rank) {
        return Histogram.upperBoundSeconds(Math.min(bucket, counts.length - 2));
      }
    }
    return Histogram.upperBoundSeconds(counts.length - 2);
  }
}
