package dev.orchestrator.bench;

/**
 * Two slices of the same load, one after the other, and the disk just before them. Immutable.
 *
 * @param syncsPerSecond synced appends of 4 KiB per second
 */
record Pair(Slice ours, Slice peer, double syncsPerSecond) {
  /** Above 1: ours commits more. */
  double throughput() {
    return ours.perSecond() / peer.perSecond();
  }

  /** Below 1: ours is faster at the median. */
  double p50() {
    return (double) ours.p50Nanos() / peer.p50Nanos();
  }

  /** Entries that ours commits per sync that the disk could do. */
  double entriesPerSync() {
    return ours.perSecond() / syncsPerSecond;
  }
}
