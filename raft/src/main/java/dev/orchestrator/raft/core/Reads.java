package dev.orchestrator.raft.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads of one leadership that wait until it is proven that nobody else led when they were asked
 * for (ReadIndex, §8, thesis §6.4). Confined to its node's thread.
 *
 * <p>Proof is an answer of a majority to messages sent strictly later than the read was asked for.
 * The clock counts whole milliseconds, so the message for a read goes out in a later millisecond.
 */
final class Reads {
  private record Waiting(long token, long index, long askedAtMillis) {}

  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /** Whether a read came since the last round of messages. */
  private boolean unsent;

  private long unsentSinceMillis;

  int size() {
    return waiting.size();
  }

  /**
   * @param index what must be committed and applied before the read is answered
   */
  void add(long token, long index, long nowMillis) {
    waiting.addLast(new Waiting(token, index, nowMillis));
    unsent = true;
    unsentSinceMillis = nowMillis;
  }

  /** Whether some read has no round of messages on the way yet. */
  boolean hasUnsent() {
    return unsent;
  }

  /** Whether a round is due now; if so the caller sends it. */
  boolean takeRound(long nowMillis) {
    if (!unsent || nowMillis <= unsentSinceMillis) {
      return false;
    }
    unsent = false;
    return true;
  }

  /** Removes and answers all reads that are proven and committed. */
  List<Ready.ReadAnswer> takeConfirmed(long quorumContactMillis, long commitIndex) {
    List<Ready.ReadAnswer> confirmed = new ArrayList<>();
    while (!waiting.isEmpty()
        && waiting.getFirst().askedAtMillis() < quorumContactMillis
        && waiting.getFirst().index() <= commitIndex) {
      Waiting read = waiting.removeFirst();
      confirmed.add(new Ready.ReadAnswer.Confirmed(read.token(), read.index()));
    }
    return confirmed;
  }

  /** Removes all reads: the leadership has ended. */
  List<Ready.ReadAnswer> takeRefused() {
    List<Ready.ReadAnswer> refused = new ArrayList<>();
    waiting.forEach(read -> refused.add(new Ready.ReadAnswer.NotLeader(read.token())));
    waiting.clear();
    unsent = false;
    return refused;
  }
}
