package dev.orchestrator.store.log;

import static dev.orchestrator.store.log.LogFormat.ENTRY_PREFIX;
import static dev.orchestrator.store.log.LogFormat.entryKey;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.net.EntryRecord;
import dev.orchestrator.store.log.LogFormat.Tail;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * The entries of the log as they are on disk; each one is checked before it is given out.
 * Thread-safe.
 */
final class StoredEntries {
  private final RocksDB db;
  private final LogFailures failures;

  StoredEntries(RocksDB db, LogFailures failures) {
    this.db = db;
    this.failures = failures;
  }

  /**
   * Reads all entries in order, and checks that they are a chain.
   *
   * @param before what the first one must follow
   * @return the last one; {@code before} if there is none
   * @throws DamagedLogException one is missing, damaged, or in the wrong place
   */
  Tail scan(Tail before, Consumer<LogEntry> eachEntry) throws RocksDBException {
    Tail last = before;
    try (Slice end = new Slice(new byte[] {ENTRY_PREFIX + 1});
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(end);
        RocksIterator entries = db.newIterator(bounded)) {
      for (entries.seek(entryKey(before.index() + 1)); entries.isValid(); entries.next()) {
        EntryRecord record = decode(entries.key(), entries.value());
        long index = record.entry().index();
        if (index != last.index() + 1) {
          throw failures.damaged(
              "entry " + (last.index() + 1) + " is missing, next is " + index, null);
        }
        if (record.chain() != last.crc()) {
          throw failures.damaged(
              "entry " + index + " does not belong behind the one before it", null);
        }
        eachEntry.accept(record.entry());
        last = new Tail(index, record.crc(), 0);
      }
      entries.status();
    }
    return last;
  }

  /** Entries of this range, at least one, then as many as fit into so many bytes. */
  List<LogEntry> read(long fromIndex, long toIndex, int maxBytes) throws RocksDBException {
    List<LogEntry> found = new ArrayList<>();
    long bytes = 0;
    try (Slice end = new Slice(entryKey(toIndex + 1));
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(end);
        RocksIterator entries = db.newIterator(bounded)) {
      long wanted = fromIndex;
      for (entries.seek(entryKey(fromIndex)); entries.isValid(); entries.next()) {
        LogEntry entry = decode(entries.key(), entries.value()).entry();
        if (entry.index() != wanted) {
          break;
        }
        bytes += entry.sizeBytes();
        if (!found.isEmpty() && bytes > maxBytes) {
          return found;
        }
        found.add(entry);
        wanted++;
      }
      entries.status();
    }
    if (found.isEmpty() && fromIndex <= toIndex) {
      throw failures.damaged("entry " + fromIndex + " is missing", null);
    }
    return found;
  }

  /** The entry at this index; null if there is none. */
  @Nullable LogEntry at(long index) throws RocksDBException {
    byte[] record = db.get(entryKey(index));
    return record == null ? null : decode(entryKey(index), record).entry();
  }

  /** Index and checksum of the entry at this index, which must be there. */
  Tail tailAt(long index) throws RocksDBException {
    byte[] record = db.get(entryKey(index));
    if (record == null) {
      throw failures.damaged("entry " + index + " is missing", null);
    }
    return new Tail(index, EntryRecord.crcOf(record), 0);
  }

  private EntryRecord decode(byte[] key, byte[] value) {
    long index = LogFormat.indexOf(key);
    try {
      EntryRecord record = EntryRecord.decode(value);
      if (record.entry().index() == index) {
        return record;
      }
      throw failures.damaged("entry " + index + " calls itself " + record.entry().id(), null);
    } catch (IllegalArgumentException e) {
      throw failures.damaged("entry " + index + ": " + e.getMessage(), e);
    }
  }
}
