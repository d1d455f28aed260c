package dev.orchestrator.raft.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is decided in memory and how much of it is on disk: hard state, log, and the messages that
 * wait for either. A promise (a vote, an acknowledgement) leaves only when everything decided
 * before it is on disk (Figure 2: "before responding"). Confined to its node's thread.
 */
final class Durability {
  private final RaftLog log;
  private final Outbox outbox = new Outbox();

  private HardState hardState;
  private boolean hardStateUnwritten;

  /** Write that holds the current hard state. */
  private long hardStateSequence;

  Durability(RaftLog log, HardState onDisk) {
    this.log = log;
    this.hardState = onDisk;
  }

  /** Term and vote as in memory; may be ahead of the disk. */
  HardState hardState() {
    return hardState;
  }

  void setHardState(HardState newHardState) {
    hardState = newHardState;
    hardStateUnwritten = true;
    hardStateSequence = outbox.nextSequence();
  }

  /** Write that the current hard state goes with, or went. */
  long hardStateSequence() {
    return hardStateSequence;
  }

  boolean isHardStateDurable() {
    return !hardStateUnwritten && outbox.isPersisted(hardStateSequence);
  }

  boolean isPersisted(long writeSequence) {
    return outbox.isPersisted(writeSequence);
  }

  /** Cuts the end of the log; what writes in flight hold of it counts no longer. */
  void truncateLogFrom(long index) {
    log.truncateFrom(index);
    outbox.truncatedFrom(index);
  }

  /** The log begins anew behind a snapshot. */
  void resetLogTo(LastIncluded lastIncluded) {
    log.resetTo(lastIncluded);
    outbox.truncatedFrom(1);
  }

  /** Hands out what is not written yet; null if there is nothing. */
  Ready.@Nullable Write takeWrite() {
    if (!isUnwritten()) {
      return null;
    }
    long sequence = outbox.beginWrite(log.lastIndex());
    HardState newHardState = hardStateUnwritten ? hardState : null;
    hardStateUnwritten = false;
    return new Ready.Write(
        sequence, newHardState, log.takeCut(), log.takeTruncation(), log.takeUnwritten());
  }

  /** All writes up to this one are on disk. */
  void persisted(long upTo) {
    log.durableTo(outbox.persisted(upTo));
  }

  /** Sends with the next {@link #takeMessages}. */
  void send(MemberId to, RaftMessage message) {
    outbox.send(to, message);
  }

  /** Sends once everything decided so far is on disk. */
  void promise(MemberId to, RaftMessage message) {
    outbox.promise(to, message, isUnwritten());
  }

  List<Ready.Outbound> takeMessages() {
    return outbox.take();
  }

  private boolean isUnwritten() {
    return hardStateUnwritten || log.hasUnwritten();
  }
}
