package dev.orchestrator.raft.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Messages on their way out, and the writes that some of them wait for: what promises something
 * leaves only when everything decided before it is on disk. Confined to its node's thread.
 */
final class Outbox {
  private record Promise(long afterSequence, Ready.Outbound message) {}

  private record WriteInFlight(long sequence, long lastIndex) {}

  private long sequence;
  private long persistedSequence;
  private final Deque<WriteInFlight> writes = new ArrayDeque<>();
  private final Deque<Promise> promises = new ArrayDeque<>();
  private List<Ready.Outbound> messages = new ArrayList<>();

  /** Sequence of the next write. */
  long nextSequence() {
    return sequence + 1;
  }

  /** Whether this write is on disk. */
  boolean isPersisted(long writeSequence) {
    return writeSequence <= persistedSequence;
  }

  /** A write is handed out; the log then ends at this index. */
  long beginWrite(long lastIndex) {
    sequence++;
    writes.addLast(new WriteInFlight(sequence, lastIndex));
    return sequence;
  }

  /** The log was cut: what writes in flight hold from this index on no longer counts. */
  void truncatedFrom(long index) {
    List<WriteInFlight> cut = new ArrayList<>(writes.size());
    for (WriteInFlight write : writes) {
      cut.add(new WriteInFlight(write.sequence(), Math.min(write.lastIndex(), index - 1)));
    }
    writes.clear();
    writes.addAll(cut);
  }

  /**
   * All writes up to this one are on disk: releases what waited for them.
   *
   * @return last index of the log that is on disk by these writes, 0 if they say nothing
   */
  long persisted(long upTo) {
    if (upTo > sequence) {
      throw new IllegalStateException("write " + upTo + " was never handed out");
    }
    persistedSequence = Math.max(persistedSequence, upTo);
    long durable = 0;
    while (!writes.isEmpty() && writes.getFirst().sequence() <= persistedSequence) {
      durable = Math.max(durable, writes.removeFirst().lastIndex());
    }
    while (!promises.isEmpty() && promises.getFirst().afterSequence() <= persistedSequence) {
      messages.add(promises.removeFirst().message());
    }
    return durable;
  }

  /** Sends now. */
  void send(MemberId to, RaftMessage message) {
    messages.add(new Ready.Outbound(to, message));
  }

  /**
   * Sends once everything decided so far is on disk.
   *
   * @param unwritten whether something of it has not even been handed out
   */
  void promise(MemberId to, RaftMessage message, boolean unwritten) {
    long afterSequence = unwritten ? sequence + 1 : sequence;
    if (afterSequence <= persistedSequence) {
      send(to, message);
    } else {
      promises.addLast(new Promise(afterSequence, new Ready.Outbound(to, message)));
    }
  }

  /** What may leave now; forgets it. */
  List<Ready.Outbound> take() {
    List<Ready.Outbound> taken = messages;
    messages = new ArrayList<>();
    return taken;
  }
}
