package dev.orchestrator.raft.core;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * About how many bytes the entries of a log take, from any index on, at the cost of one mark for
 * every 16 KiB. Confined to its node's thread.
 */
final class LogSizes {
  private static final long MARK_BYTES = 16 << 10;

  /** Index of an entry to the bytes of all entries up to it; the first one is the log's start. */
  private final NavigableMap<Long, Long> marks = new TreeMap<>();

  private long totalBytes;
  private long markedBytes;

  LogSizes(long lastIncludedIndex) {
    marks.put(lastIncludedIndex, 0L);
  }

  void add(LogEntry entry) {
    totalBytes += entry.sizeBytes();
    if (totalBytes - markedBytes >= MARK_BYTES) {
      marks.put(entry.index(), totalBytes);
      markedBytes = totalBytes;
    }
  }

  void truncateFrom(long index) {
    // At least the log's start stays: nothing up to it is ever removed.
    marks.tailMap(index, true).clear();
    markedBytes = marks.lastEntry().getValue();
    totalBytes = markedBytes;
  }

  void dropTo(long lastIncludedIndex) {
    long before = upTo(lastIncludedIndex);
    marks.headMap(lastIncludedIndex, true).clear();
    marks.put(lastIncludedIndex, before);
    markedBytes = marks.lastEntry().getValue();
  }

  /** Bytes of the entries from this index on. */
  long from(long index) {
    return totalBytes - upTo(index - 1);
  }

  /** First index from which on the entries take at most so much; {@code end} if there is none. */
  long firstWithin(long bytes, long end) {
    for (Map.Entry<Long, Long> mark : marks.entrySet()) {
      if (totalBytes - mark.getValue() <= bytes) {
        return Math.min(mark.getKey() + 1, end);
      }
    }
    return end;
  }

  private long upTo(long index) {
    Map.Entry<Long, Long> mark = marks.floorEntry(index);
    return mark == null ? 0 : mark.getValue();
  }
}
