package dev.orchestrator.raft.sim;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.LogReader;
import dev.orchestrator.raft.core.Ready.Write;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A disk that keeps what was synced; of what was not, a crash keeps the first writes or none. */
final class SimDisk implements LogReader {
  private final List<LogEntry> entries = new ArrayList<>();
  private final Deque<Write> waiting = new ArrayDeque<>();
  private HardState hardState = HardState.INITIAL;

  HardState hardState() {
    return hardState;
  }

  List<LogEntry> entries() {
    return entries;
  }

  void submit(Write write) {
    waiting.addLast(write);
  }

  int waiting() {
    return waiting.size();
  }

  /** Makes the oldest waiting write durable; returns its sequence. */
  long syncOne() {
    Write write = waiting.removeFirst();
    if (write.hardState() != null) {
      hardState = write.hardState();
    }
    if (write.truncateFrom() > 0) {
      while (entries.size() >= write.truncateFrom()) {
        entries.removeLast();
      }
    }
    for (LogEntry entry : write.append()) {
      Violation.unless(entry.index() == entries.size() + 1, "a gap on disk before %s", entry.id());
      entries.add(entry);
    }
    return write.sequence();
  }

  /** The power is cut: the first {@code surviving} waiting writes are there, the others are not. */
  void crash(int surviving) {
    for (int i = 0; i < surviving; i++) {
      syncOne();
    }
    waiting.clear();
  }

  boolean holds(LogId id) {
    return id.index() <= entries.size() && entries.get((int) id.index() - 1).id().equals(id);
  }

  @Override
  public List<LogEntry> read(long fromIndex, long toIndex, int maxBytes) {
    List<LogEntry> found = new ArrayList<>();
    long bytes = 0;
    for (long index = fromIndex; index <= toIndex; index++) {
      LogEntry entry = entries.get((int) index - 1);
      bytes += entry.sizeBytes();
      if (!found.isEmpty() && bytes > maxBytes) {
        break;
      }
      found.add(entry);
    }
    return found;
  }
}
