package dev.orchestrator.bench;

/**
 * What one slice of load came to. Immutable.
 *
 * @param entries committed and applied
 * @param nanos from the first proposal to the last end
 * @param failures proposals that failed; the slice is void if there are any
 * @param p50Nanos median latency from proposal to application
 * @param p99Nanos 99 % of them were faster
 * @param allocatedBytes by all threads of the leader's process
 * @param cpuNanos of the three processes
 */
record Slice(
    long entries,
    long nanos,
    long failures,
    long p50Nanos,
    long p99Nanos,
    long allocatedBytes,
    long cpuNanos) {

  Slice withCpu(long nanosOfAll) {
    return new Slice(entries, nanos, failures, p50Nanos, p99Nanos, allocatedBytes, nanosOfAll);
  }

  double perSecond() {
    return entries * 1e9 / nanos;
  }

  double p50Micros() {
    return p50Nanos / 1e3;
  }

  double p99Micros() {
    return p99Nanos / 1e3;
  }

  double bytesPerEntry() {
    return (double) allocatedBytes / Math.max(1, entries);
  }

  boolean isVoid() {
    return failures > 0 || entries == 0;
  }

  /** One line, for {@link #parse}. */
  String text() {
    return String.join(
        " ",
        Long.toString(entries),
        Long.toString(nanos),
        Long.toString(failures),
        Long.toString(p50Nanos),
        Long.toString(p99Nanos),
        Long.toString(allocatedBytes),
        Long.toString(cpuNanos));
  }

  static Slice parse(String text) {
    String[] parts = text.strip().split(" ", -1);
    long[] values = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = Long.parseLong(parts[i]);
    }
    return new Slice(values[0], values[1], values[2], values[3], values[4], values[5], values[6]);
  }
}
