package dev.orchestrator.server;

import dev.orchestrator.raft.group.RaftStatus;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Ends a node that never heard of a leader since its start, so that whoever watches it notices
 * (rule I8). A mere loss of quorum later on ends nothing. Confined to the watch thread.
 */
final class JoinWatch implements Runnable {
  private final Supplier<RaftStatus> status;
  private final Duration timeout;
  private final LongSupplier nanoTime;
  private final Consumer<String> giveUp;
  private final long startedAt;
  private boolean joined;

  /**
   * Starts counting.
   *
   * @param timeout zero waits for ever
   * @param giveUp called at each tick once time is over, with the reason
   */
  JoinWatch(
      Supplier<RaftStatus> status,
      Duration timeout,
      LongSupplier nanoTime,
      Consumer<String> giveUp) {
    this.status = status;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
    this.giveUp = giveUp;
    this.startedAt = nanoTime.getAsLong();
  }

  @Override
  public void run() {
    RaftStatus now = status.get();
    if (now.leader().isPresent()) {
      joined = true;
    }
    long waited = nanoTime.getAsLong() - startedAt;
    if (!joined && !timeout.isZero() && waited > timeout.toNanos()) {
      giveUp.accept(
          "no leader was heard within "
              + timeout.toSeconds()
              + " s since the start"
              + (now.waitingFor().isEmpty() ? "" : ": " + String.join("; ", now.waitingFor()))
              + "; check that the other members run and that their RaftNodes name "
              + now.self().name());
    }
  }
}
