package dev.orchestrator.raft.core;

import java.util.List;

/** Reads entries that are on disk and no longer in memory. */
@FunctionalInterface
public interface LogReader {
  /**
   * Entries from {@code fromIndex} on, in order.
   *
   * @param fromIndex first index wanted; on disk
   * @param toIndex last index wanted; on disk
   * @param maxBytes stop before this is exceeded, but return at least one entry
   */
  List<LogEntry> read(long fromIndex, long toIndex, int maxBytes);
}
