package dev.orchestrator.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** What a leader knows of one follower's log and link. Confined to its node's thread. */
final class Progress {
  private record Inflight(long lastIndex, int bytes) {}

  private final Deque<Inflight> inflight = new ArrayDeque<>();
  private long inflightBytes;

  /** Highest index known to be on the follower's disk as in our log. */
  long matchIndex;

  /** Next index to send; ahead of what is acknowledged while pipelining. */
  long nextIndex;

  /** Looking for the place where the logs part: one message at a time. */
  boolean probing = true;

  /** The probe is out; the next heartbeat repeats it. */
  boolean probeSent;

  /** Commit index the follower was last told. */
  long toldCommit;

  /** Our clock when we sent the newest message that was answered, or the start of our term. */
  long contactSentAtMillis;

  /** End of our log at the heartbeat before; who has that by the next one keeps pace. */
  private long paceIndex = Long.MAX_VALUE;

  /** It needs a snapshot of this index or a later one; 0 if it needs none. */
  long snapshotFrom;

  /** Its log ends before ours begins: nothing but a snapshot helps. */
  boolean behindLog;

  /** The snapshot on its way. */
  @Nullable SnapshotTransfer transfer;

  /** Whether the follower had, at the last heartbeat, what we had at the one before it. */
  boolean keepsPace;

  Progress(long nextIndex, long nowMillis) {
    this.nextIndex = nextIndex;
    this.contactSentAtMillis = nowMillis;
  }

  boolean hasRoom(RaftLimits limits) {
    return inflight.size() < limits.maxInflightMessages()
        && inflightBytes < limits.maxInflightBytes();
  }

  /** A round of catching up ends and the next one begins (thesis §4.2.1). */
  void beginRound(long lastIndex) {
    keepsPace = matchIndex >= paceIndex;
    paceIndex = lastIndex;
  }

  boolean hasInflight() {
    return !inflight.isEmpty();
  }

  void sent(long lastIndex, int bytes) {
    inflight.addLast(new Inflight(lastIndex, bytes));
    inflightBytes += bytes;
    nextIndex = lastIndex + 1;
  }

  void accepted(long index) {
    matchIndex = Math.max(matchIndex, index);
    while (!inflight.isEmpty() && inflight.getFirst().lastIndex() <= matchIndex) {
      inflightBytes -= inflight.removeFirst().bytes();
    }
    if (probing && index >= nextIndex - 1) {
      probing = false;
      probeSent = false;
    }
    nextIndex = Math.max(nextIndex, matchIndex + 1);
  }

  void probeFrom(long index) {
    inflight.clear();
    inflightBytes = 0;
    probing = true;
    probeSent = false;
    nextIndex = Math.max(matchIndex + 1, index);
  }
}
