package dev.orchestrator.raft.core;

import java.util.Optional;

/**
 * A leader's view of one follower that is being sent a snapshot: a window of chunks on the way, the
 * first of them alone so as to learn what the follower has already. Confined to its node's thread.
 */
final class SnapshotTransfer {
  /** A part to be sent now. */
  record Part(long offset, int length) {}

  final SnapshotInfo snapshot;

  /** The follower has all before this. */
  long storedOffset;

  private long sentOffset;

  /** Until it answers once, only one part is on the way. */
  private boolean found;

  private long askAgainAtMillis;

  SnapshotTransfer(SnapshotInfo snapshot) {
    this.snapshot = snapshot;
  }

  /** The next part that the window and the budget allow. */
  Optional<Part> next(RaftLimits limits, long budgetBytes, long nowMillis, long patienceMillis) {
    if (nowMillis >= askAgainAtMillis) { // at first, and whenever no answer came for long
      sentOffset = storedOffset;
      found = false;
      askAgainAtMillis = nowMillis + patienceMillis;
      return part(limits);
    }
    boolean more = sentOffset < snapshot.sizeBytes();
    boolean room = sentOffset - storedOffset < limits.snapshotWindowBytes();
    return found && more && room && budgetBytes > 0 ? part(limits) : Optional.empty();
  }

  private Optional<Part> part(RaftLimits limits) {
    long length = Math.min(limits.snapshotChunkBytes(), snapshot.sizeBytes() - sentOffset);
    Part part = new Part(sentOffset, (int) length);
    sentOffset += length;
    return Optional.of(part);
  }

  /** The follower says what it has. */
  void stored(long nextOffset, long nowMillis, long patienceMillis) {
    if (nextOffset > snapshot.sizeBytes()) {
      return;
    }
    boolean progress = nextOffset > storedOffset;
    if (!found || nextOffset < storedOffset) {
      sentOffset = nextOffset; // it had some of it from before, or lost what it had
      found = true;
      progress = true;
    }
    storedOffset = nextOffset;
    sentOffset = Math.max(sentOffset, nextOffset);
    if (progress) {
      askAgainAtMillis = nowMillis + patienceMillis;
    }
  }

  /** The connection closed: what was on the way is gone. */
  void interrupted() {
    askAgainAtMillis = 0;
  }
}
