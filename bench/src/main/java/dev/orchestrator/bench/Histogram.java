package dev.orchestrator.bench;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts latencies in buckets of at most 1.6 % width. Thread-safe. */
final class Histogram {
  private static final int SUB_BITS = 6;
  private static final int SUB_BUCKETS = 1 << SUB_BITS;

  private final AtomicLongArray counts = new AtomicLongArray((Long.SIZE - SUB_BITS) * SUB_BUCKETS);

  void record(long nanos) {
    counts.getAndIncrement(bucketOf(Math.max(0, nanos)));
  }

  long count() {
    long sum = 0;
    for (int i = 0; i < counts.length(); i++) {
      sum += counts.get(i);
    }
    return sum;
  }

  /** Lower edge of the bucket that holds this share (0 to 1) of the values; 0 if there are none. */
  long quantile(double share) {
    long wanted = (long) Math.ceil(share * count());
    long seen = 0;
    for (int i = 0; i < counts.length(); i++) {
      seen += counts.get(i);
      if (seen > 0 && seen >= wanted) {
        return lowerEdge(i);
      }
    }
    return 0;
  }

  private static int bucketOf(long value) {
    int shift = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(value) - SUB_BITS - 1);
    return shift * SUB_BUCKETS + (int) (value >>> shift);
  }

  private static long lowerEdge(int bucket) {
    if (bucket < 2 * SUB_BUCKETS) {
      return bucket;
    }
    int shift = bucket / SUB_BUCKETS - 1;
    return (long) (bucket - shift * SUB_BUCKETS) << shift;
  }
}
