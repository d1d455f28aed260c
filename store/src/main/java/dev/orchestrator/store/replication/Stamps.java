package dev.orchestrator.store.replication;

import java.time.Clock;

/** The leader's stamps: max(last + 1, now), rule L4. Confined to the lock of its owner. */
final class Stamps {
  private final Clock clock;
  private long lastEpochMillis;

  Stamps(Clock clock) {
    this.clock = clock;
  }

  /** Goes on behind the newest stamp in the log; never goes back. */
  void startBehind(long epochMillis) {
    lastEpochMillis = Math.max(lastEpochMillis, epochMillis);
  }

  long next() {
    lastEpochMillis = Math.max(lastEpochMillis + 1, clock.millis());
    return lastEpochMillis;
  }
}
