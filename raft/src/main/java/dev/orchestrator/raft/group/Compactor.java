package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.RaftLog;
import dev.orchestrator.raft.core.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts the log when the policy says so: first the state is made safe on raft-apply, then the log
 * drops what led to it (rule T2). Confined to raft-loop.
 */
final class Compactor {
  private static final Logger log = LoggerFactory.getLogger(Compactor.class);
  private static final long CHECK_MILLIS = 100;

  private final CompactionPolicy policy;
  private long lastCutMillis;
  private long nextCheckMillis;
  private boolean syncing;

  /** Who waits for a cut that was asked for. */
  private final List<CompletableFuture<Long>> asked = new ArrayList<>();

  Compactor(CompactionPolicy policy, long nowMillis) {
    this.policy = policy;
    this.lastCutMillis = nowMillis;
  }

  /** Cuts at the next turn that may, due or not; completes with the log's first index then. */
  void ask(CompletableFuture<Long> cut) {
    asked.add(cut);
    nextCheckMillis = Long.MIN_VALUE;
  }

  /** Nothing is cut any more. */
  void stopped() {
    asked.forEach(cut -> cut.completeExceptionally(new RaftException("this member has stopped")));
    asked.clear();
  }

  /**
   * One turn of the loop.
   *
   * @param held whether an image of the state is on its way out, which the log has to go on behind
   */
  void turn(RaftNode node, ApplyLoop<?> toState, boolean held, long nowMillis) {
    if (syncing) {
      long safeIndex = toState.takeSyncedIndex();
      if (safeIndex >= 0) {
        syncing = false;
        cut(node, safeIndex, nowMillis);
      }
    } else if (nowMillis >= nextCheckMillis && !held) {
      nextCheckMillis = nowMillis + CHECK_MILLIS;
      if (!asked.isEmpty() || isDue(node.log(), toState.appliedIndex(), nowMillis)) {
        syncing = toState.requestSync();
      }
    }
  }

  private boolean isDue(RaftLog raftLog, long appliedIndex, long nowMillis) {
    long target = target(raftLog, appliedIndex);
    if (target <= raftLog.lastIncluded().index()) {
      return false;
    }
    long entries = raftLog.lastIndex() - raftLog.lastIncluded().index();
    return entries >= policy.entries() + policy.keepEntries()
        || raftLog.sizeBytes() >= policy.bytes() + policy.keepBytes()
        || nowMillis - lastCutMillis >= policy.millis();
  }

  /** Last entry that need not stay once everything up to {@code safeIndex} is in the state. */
  private long target(RaftLog raftLog, long safeIndex) {
    long byEntries = safeIndex - policy.keepEntries();
    long byBytes = raftLog.firstIndexWithin(policy.keepBytes()) - 1;
    return Math.min(safeIndex, Math.max(byEntries, byBytes));
  }

  private void cut(RaftNode node, long safeIndex, long nowMillis) {
    lastCutMillis = nowMillis;
    long before = node.log().firstIndex();
    node.step(new Input.Compact(target(node.log(), safeIndex)));
    if (node.log().firstIndex() != before) {
      log.info(
          "cut the log first={} was={} last={} synced={}",
          node.log().firstIndex(),
          before,
          node.log().lastIndex(),
          safeIndex);
    }
    asked.forEach(cut -> cut.complete(node.log().firstIndex()));
    asked.clear();
  }
}
