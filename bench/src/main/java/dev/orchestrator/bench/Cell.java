package dev.orchestrator.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** All pairs of one kind of load, as lines of a Markdown table. Immutable. */
record Cell(String peer, int size, int inFlight, List<Pair> pairs) {
  static final String HEADER =
      """
      | bytes | in flight | pairs | library | entries/s | p50 µs | p99 µs | allocated B/entry | CPU µs/entry (three processes) | entries/s ratio (worst to best) | p50 ratio | entries per sync of the disk |
      |---|---|---|---|---|---|---|---|---|---|---|---|""";

  Cell {
    pairs = List.copyOf(pairs);
  }

  /** Medians over the pairs, one line for each side. */
  String lines() {
    return line("ours", Pair::ours)
        + String.format(
            Locale.ROOT,
            " %.2f (%.2f to %.2f) | %.2f | %.2f |%n",
            median(Pair::throughput),
            pairs.stream().mapToDouble(Pair::throughput).min().orElse(0),
            pairs.stream().mapToDouble(Pair::throughput).max().orElse(0),
            median(Pair::p50),
            median(Pair::entriesPerSync))
        + line(peer, Pair::peer)
        + " | | |";
  }

  private String line(String name, java.util.function.Function<Pair, Slice> side) {
    return String.format(
        Locale.ROOT,
        "| %d | %d | %d | %s | %,.0f | %,.0f | %,.0f | %,.0f | %.1f |",
        size,
        inFlight,
        pairs.size(),
        name,
        median(pair -> side.apply(pair).perSecond()),
        median(pair -> side.apply(pair).p50Micros()),
        median(pair -> side.apply(pair).p99Micros()),
        median(pair -> side.apply(pair).bytesPerEntry()),
        median(pair -> side.apply(pair).cpuNanos() / 1e3 / side.apply(pair).entries()));
  }

  double median(ToDoubleFunction<Pair> value) {
    double[] sorted = pairs.stream().mapToDouble(value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
