package dev.orchestrator.store.log;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.net.EntryRecord;
import dev.orchestrator.raft.net.LogEntryCodec;
import dev.orchestrator.raft.net.SnapshotCodec;
import dev.orchestrator.raft.port.LogStorage;
import dev.orchestrator.raft.port.SnapshotStorage;
import dev.orchestrator.store.sql.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The Raft log in RocksDB: one small log, one synced atomic batch per change.
 *
 * <p>Keys: {@code m:hard} hard state, {@code m:tail} index and checksum of the last entry and the
 * number of writes so far, {@code m:first} what the log begins behind, with the checksum of that
 * entry, {@code m:inc} incarnation, and {@code l} + big-endian index for entries. The tail is part
 * of every write, so that entries missing at the end are noticed, not only damaged ones.
 *
 * <p>Recovery ({@code kTolerateCorruptedTailRecords}): only an incomplete record at the very end of
 * the write-ahead log, which no sync had returned for, is cut; damage in the middle is an error and
 * nothing behind it is dropped. On top, {@link #load} checks every entry's CRC, the chain from
 * entry to entry, the tail, and the number of writes against {@link SyncMark}.
 *
 * <p>Thread-safe. Calls hold their carrier thread: for platform threads only.
 */
public final class RocksLogStorage implements LogStorage {
  private static final byte[] HARD_STATE_KEY = {'m', ':', 'h', 'a', 'r', 'd'};
  private static final byte[] TAIL_KEY = {'m', ':', 't', 'a', 'i', 'l'};
  private static final byte[] FIRST_KEY = {'m', ':', 'f', 'i', 'r', 's', 't'};
  private static final byte[] INCARNATION_KEY = {'m', ':', 'i', 'n', 'c'};
  private static final byte ENTRY_PREFIX = 'l';
  private static final int ENTRY_KEY_BYTES = 1 + Long.BYTES;
  private static final long WRITE_BUFFER_BYTES = 16L << 20;
  private static final int MAX_BACKGROUND_JOBS = 2;
  private static final long KEEP_INFO_LOGS = 3;
  private static final long MAX_INFO_LOG_BYTES = 4L << 20;

  static {
    RocksDB.loadLibrary();
  }

  /** Index and checksum of the last entry, 0 in an empty log, and the number of writes so far. */
  private record Tail(long index, int crc, long writes) {
    static final Tail EMPTY = new Tail(0, 0, 0);

    boolean sameEntry(Tail other) {
      return index == other.index && crc == other.crc;
    }
  }

  private final Path folder;
  private final Options options;
  private final WriteOptions synced;
  private final RocksDB db;
  private final SyncMark mark;
  private final long incarnation;
  private final FileSnapshots snapshots;
  private final SpaceReturn spaceReturn;

  /** Closing the database under a native call would crash the process. */
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();

  private volatile boolean closed;
  private volatile boolean broken;
  private Tail tail = Tail.EMPTY;
  private volatile LastIncluded lastIncluded;

  /** Checksum of the last entry that was dropped: what the first one is chained to. */
  private int firstChain;

  /**
   * Opens the log in this folder, or begins one, with a new incarnation.
   *
   * @throws DamagedLogException what is there is not what was written
   * @throws StoreException another process has it open, or it cannot be read
   */
  public static RocksLogStorage open(Path folder) {
    return new RocksLogStorage(folder);
  }

  private RocksLogStorage(Path folder) {
    this.folder = folder;
    this.options =
        new Options()
            .setCreateIfMissing(true)
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
            .setParanoidChecks(true)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setMaxBackgroundJobs(MAX_BACKGROUND_JOBS)
            .setKeepLogFileNum(KEEP_INFO_LOGS)
            .setMaxLogFileSize(MAX_INFO_LOG_BYTES);
    this.synced = new WriteOptions().setSync(true);
    boolean done = false;
    RocksDB opened = null;
    try {
      Path database = folder.resolve("rocksdb");
      Files.createDirectories(database);
      opened = RocksDB.open(options, database.toString());
      this.db = opened;
      this.mark = new SyncMark(folder.resolve("synced"));
      this.incarnation = loadIncarnation();
      this.lastIncluded = loadFirst();
      this.snapshots = new FileSnapshots(folder.resolve("snapshots"));
      this.spaceReturn = new SpaceReturn(opened, folder);
      done = true;
    } catch (IOException e) {
      throw new StoreException(
          "cannot use the Raft log folder " + folder + "; make RaftDataDir writable", e);
    } catch (RocksDBException e) {
      throw openFailure(e);
    } finally {
      if (!done) {
        if (opened != null) {
          opened.close();
        }
        synced.close();
        options.close();
      }
    }
  }

  private StoreException openFailure(RocksDBException e) {
    Status status = e.getStatus();
    String message = String.valueOf(e.getMessage());
    if (status != null && status.getCode() == Status.Code.IOError && message.contains("lock")) {
      return new StoreException(
          "the Raft log in " + folder + " is in use by another process; two must not share it", e);
    }
    if (status != null && status.getCode() == Status.Code.Corruption) {
      return damaged("it does not open", e);
    }
    return new StoreException("cannot open the Raft log in " + folder, e);
  }

  private StoreException damaged(String what, @Nullable Exception cause) {
    String message =
        "the Raft log in "
            + folder
            + " is damaged ("
            + what
            + "); nothing was removed. Keep a copy, empty the folder and let the leader bring"
            + " this member up to date";
    return new DamagedLogException(message, cause);
  }

  private long loadIncarnation() throws RocksDBException {
    byte[] stored = db.get(INCARNATION_KEY);
    if (stored != null) {
      return ByteBuffer.wrap(unseal(stored, "incarnation")).getLong();
    }
    try (RocksIterator any = db.newIterator()) {
      any.seekToFirst();
      if (any.isValid()) {
        throw damaged("it has data but no incarnation", null);
      }
    }
    long fresh = new SecureRandom().nextLong();
    db.put(synced, INCARNATION_KEY, seal(ByteBuffer.allocate(Long.BYTES).putLong(fresh).array()));
    return fresh;
  }

  @Override
  public long incarnation() {
    return incarnation;
  }

  @Override
  public LastIncluded lastIncluded() {
    return lastIncluded;
  }

  @Override
  public SnapshotStorage snapshots() {
    return snapshots;
  }

  private LastIncluded loadFirst() throws RocksDBException {
    byte[] stored = db.get(FIRST_KEY);
    if (stored == null) {
      return LastIncluded.NOTHING;
    }
    ByteBuffer buffer = ByteBuffer.wrap(unseal(stored, "beginning"));
    firstChain = buffer.getInt();
    byte[] place = new byte[buffer.remaining()];
    buffer.get(place);
    try {
      return SnapshotCodec.decodeLastIncluded(place);
    } catch (IllegalArgumentException e) {
      throw damaged("its beginning: " + e.getMessage(), e);
    }
  }

  @Override
  public HardState load(Consumer<LogEntry> eachEntry) {
    Lock lock = open.readLock();
    lock.lock();
    try {
      requireUsable();
      byte[] hardState = db.get(HARD_STATE_KEY);
      byte[] tailBytes = db.get(TAIL_KEY);
      Tail last = loadEntries(eachEntry);
      Tail expected = tailBytes == null ? Tail.EMPTY : tailFrom(unseal(tailBytes, "tail"));
      requireAllSyncedWrites(expected);
      if (!last.sameEntry(expected)) {
        throw damaged(
            "entries end at "
                + last.index()
                + " instead of "
                + expected.index()
                + ", or the last one is another one",
            null);
      }
      tail = expected;
      if (hardState == null) {
        if (last.index() > 0) {
          throw damaged("it has entries but no hard state", null);
        }
        return HardState.INITIAL;
      }
      return LogEntryCodec.decodeHardState(unseal(hardState, "hard state"));
    } catch (RocksDBException e) {
      throw readFailure(e);
    } finally {
      lock.unlock();
    }
  }

  private void requireAllSyncedWrites(Tail found) {
    try {
      long known = mark.read();
      if (found.writes() < known) {
        throw damaged(
            known + " writes had been synced, only " + found.writes() + " are there", null);
      }
    } catch (IOException e) {
      throw new StoreException("cannot read " + folder.resolve("synced"), e);
    }
  }

  private Tail loadEntries(Consumer<LogEntry> eachEntry) throws RocksDBException {
    Tail last = new Tail(lastIncluded.index(), firstChain, 0);
    try (Slice end = new Slice(new byte[] {ENTRY_PREFIX + 1});
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(end);
        RocksIterator entries = db.newIterator(bounded)) {
      for (entries.seek(entryKey(lastIncluded.index() + 1)); entries.isValid(); entries.next()) {
        EntryRecord record = decode(entries.key(), entries.value());
        long index = record.entry().index();
        if (index != last.index() + 1) {
          throw damaged("entry " + (last.index() + 1) + " is missing, next is " + index, null);
        }
        if (record.chain() != last.crc()) {
          throw damaged("entry " + index + " does not belong behind the one before it", null);
        }
        eachEntry.accept(record.entry());
        last = new Tail(index, record.crc(), 0);
      }
      entries.status();
    }
    return last;
  }

  @Override
  public void persist(@Nullable HardState hardState, long truncateFrom, List<LogEntry> entries) {
    Lock lock = open.readLock();
    lock.lock();
    try (WriteBatch batch = new WriteBatch()) {
      requireUsable();
      if (hardState != null) {
        batch.put(HARD_STATE_KEY, seal(LogEntryCodec.encode(hardState)));
      }
      Tail newTail = tail;
      if (truncateFrom > 0 && truncateFrom <= tail.index()) {
        batch.deleteRange(entryKey(truncateFrom), entryKey(Long.MAX_VALUE));
        newTail = tailAt(truncateFrom - 1);
      }
      for (LogEntry entry : entries) {
        if (entry.index() != newTail.index() + 1) {
          throw new StoreException(
              "entry " + entry.id() + " cannot follow index " + newTail.index() + " in " + folder);
        }
        byte[] record = EntryRecord.encode(entry, newTail.crc());
        batch.put(entryKey(entry.index()), record);
        newTail = new Tail(entry.index(), EntryRecord.crcOf(record), 0);
      }
      newTail = new Tail(newTail.index(), newTail.crc(), tail.writes() + 1);
      batch.put(TAIL_KEY, seal(tailBytes(newTail)));
      db.write(synced, batch);
      tail = newTail;
      mark.write(tail.writes());
    } catch (IOException e) {
      broken = true;
      throw new StoreException("cannot write " + folder.resolve("synced"), e);
    } catch (RocksDBException e) {
      broken = true; // after a failed sync nobody knows what is on disk
      throw new StoreException(
          "cannot write the Raft log in " + folder + " behind index " + tail.index(), e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void cut(@Nullable HardState hardState, LastIncluded newLastIncluded) {
    Lock lock = open.readLock();
    lock.lock();
    try (WriteBatch batch = new WriteBatch()) {
      requireUsable();
      if (hardState != null) {
        batch.put(HARD_STATE_KEY, seal(LogEntryCodec.encode(hardState)));
      }
      long index = newLastIncluded.index();
      int chain = holds(newLastIncluded.id()) ? tailAt(index).crc() : 0;
      Tail newTail = new Tail(tail.index(), tail.crc(), tail.writes() + 1);
      if (holds(newLastIncluded.id())) {
        batch.deleteRange(entryKey(0), entryKey(index + 1));
      } else {
        batch.deleteRange(entryKey(0), entryKey(Long.MAX_VALUE));
        newTail = new Tail(index, chain, newTail.writes());
      }
      byte[] place = SnapshotCodec.encode(newLastIncluded);
      byte[] first =
          ByteBuffer.allocate(Integer.BYTES + place.length).putInt(chain).put(place).array();
      batch.put(FIRST_KEY, seal(first));
      batch.put(TAIL_KEY, seal(tailBytes(newTail)));
      db.write(synced, batch);
      tail = newTail;
      lastIncluded = newLastIncluded;
      firstChain = chain;
      mark.write(tail.writes());
      spaceReturn.dropUpTo(entryKey(0), entryKey(index + 1));
    } catch (IOException e) {
      broken = true;
      throw new StoreException("cannot write " + folder.resolve("synced"), e);
    } catch (RocksDBException e) {
      broken = true; // after a failed sync nobody knows what is on disk
      throw new StoreException("cannot cut the Raft log in " + folder, e);
    } finally {
      lock.unlock();
    }
  }

  private boolean holds(LogId id) throws RocksDBException {
    if (id.index() > tail.index() || id.index() < lastIncluded.index()) {
      return false;
    }
    if (id.index() == lastIncluded.index()) {
      return id.equals(lastIncluded.id());
    }
    byte[] record = db.get(entryKey(id.index()));
    return record != null && decode(entryKey(id.index()), record).entry().id().equals(id);
  }

  private Tail tailAt(long index) throws RocksDBException {
    if (index == lastIncluded.index()) {
      return new Tail(index, firstChain, 0);
    }
    byte[] record = db.get(entryKey(index));
    if (record == null) {
      throw damaged("entry " + index + " is missing", null);
    }
    return new Tail(index, EntryRecord.crcOf(record), 0);
  }

  @Override
  public List<LogEntry> read(long fromIndex, long toIndex, int maxBytes) {
    Lock lock = open.readLock();
    lock.lock();
    try {
      requireUsable();
      return readEntries(fromIndex, toIndex, maxBytes);
    } catch (RocksDBException e) {
      throw readFailure(e);
    } finally {
      lock.unlock();
    }
  }

  private List<LogEntry> readEntries(long fromIndex, long toIndex, int maxBytes)
      throws RocksDBException {
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
      throw damaged("entry " + fromIndex + " is missing", null);
    }
    return found;
  }

  private EntryRecord decode(byte[] key, byte[] value) {
    long index = key.length == ENTRY_KEY_BYTES ? ByteBuffer.wrap(key).getLong(1) : -1;
    try {
      EntryRecord record = EntryRecord.decode(value);
      if (record.entry().index() == index) {
        return record;
      }
      throw damaged("entry " + index + " calls itself " + record.entry().id(), null);
    } catch (IllegalArgumentException e) {
      throw damaged("entry " + index + ": " + e.getMessage(), e);
    }
  }

  private StoreException readFailure(RocksDBException e) {
    Status status = e.getStatus();
    return status != null && status.getCode() == Status.Code.Corruption
        ? damaged("a file's checksum does not match", e)
        : new StoreException("cannot read the Raft log in " + folder, e);
  }

  private void requireUsable() {
    if (closed) {
      throw new StoreException("the Raft log in " + folder + " is closed");
    }
    if (broken) {
      throw new StoreException("the Raft log in " + folder + " failed before: restart the process");
    }
  }

  /** Waits for calls in progress, then frees the folder for another process. */
  @Override
  public void close() {
    Lock lock = open.writeLock();
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      spaceReturn.close();
      db.close();
      mark.close();
      synced.close();
      options.close();
    } catch (IOException e) {
      throw new StoreException("cannot close " + folder.resolve("synced"), e);
    } finally {
      lock.unlock();
    }
  }

  private static byte[] entryKey(long index) {
    return ByteBuffer.allocate(ENTRY_KEY_BYTES).put(ENTRY_PREFIX).putLong(index).array();
  }

  private static byte[] tailBytes(Tail tail) {
    return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + Long.BYTES)
        .putLong(tail.index())
        .putInt(tail.crc())
        .putLong(tail.writes())
        .array();
  }

  private static Tail tailFrom(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    return new Tail(buffer.getLong(), buffer.getInt(), buffer.getLong());
  }

  /** Puts a checksum before the bytes. */
  private static byte[] seal(byte[] bytes) {
    return ByteBuffer.allocate(Integer.BYTES + bytes.length)
        .putInt(checksum(bytes))
        .put(bytes)
        .array();
  }

  private byte[] unseal(byte[] sealed, String what) {
    if (sealed.length >= Integer.BYTES) {
      byte[] bytes = Arrays.copyOfRange(sealed, Integer.BYTES, sealed.length);
      if (ByteBuffer.wrap(sealed).getInt() == checksum(bytes)) {
        return bytes;
      }
    }
    throw damaged("the checksum of its " + what + " does not match", null);
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
