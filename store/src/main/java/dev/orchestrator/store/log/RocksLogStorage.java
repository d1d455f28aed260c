package dev.orchestrator.store.log;

import static dev.orchestrator.store.log.LogFormat.FIRST_KEY;
import static dev.orchestrator.store.log.LogFormat.HARD_STATE_KEY;
import static dev.orchestrator.store.log.LogFormat.INCARNATION_KEY;
import static dev.orchestrator.store.log.LogFormat.TAIL_KEY;
import static dev.orchestrator.store.log.LogFormat.entryKey;
import static dev.orchestrator.store.log.LogFormat.seal;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.net.EntryRecord;
import dev.orchestrator.raft.net.LogEntryCodec;
import dev.orchestrator.raft.net.SnapshotCodec;
import dev.orchestrator.raft.port.LogStorage;
import dev.orchestrator.raft.port.SnapshotStorage;
import dev.orchestrator.store.log.LogFormat.Tail;
import dev.orchestrator.store.sql.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The Raft log in RocksDB: one small log, one synced atomic batch per change.
 *
 * <p>Keys and values are {@link LogFormat}'s. The tail is part of every write, so that entries
 * missing at the end are noticed, not only damaged ones.
 *
 * <p>Behind a recovery of RocksDB ({@link LogOptions}), {@link #load} checks every entry's CRC, the
 * chain from entry to entry, the tail, and the number of writes against {@link SyncMark}.
 *
 * <p>Thread-safe. Calls hold their carrier thread: for platform threads only.
 */
public final class RocksLogStorage implements LogStorage {
  private final Path folder;
  private final LogFailures failures;
  private final Options options;
  private final WriteOptions synced;
  private final RocksDB db;
  private final StoredEntries stored;
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
    this.failures = new LogFailures(folder);
    try {
      NativeLibrary.loadFrom(folder.resolve("native"));
    } catch (IOException e) {
      throw notWritable(e);
    }
    this.options = LogOptions.create();
    this.synced = new WriteOptions().setSync(true);
    boolean done = false;
    RocksDB opened = null;
    try {
      Path database = folder.resolve("rocksdb");
      Files.createDirectories(database);
      opened = RocksDB.open(options, database.toString());
      this.db = opened;
      this.stored = new StoredEntries(opened, failures);
      this.mark = new SyncMark(folder.resolve("synced"));
      this.incarnation = loadIncarnation();
      this.lastIncluded = loadFirst();
      this.snapshots = new FileSnapshots(folder.resolve("snapshots"));
      this.spaceReturn = new SpaceReturn(opened, folder);
      done = true;
    } catch (IOException e) {
      throw notWritable(e);
    } catch (RocksDBException e) {
      throw failures.opening(e);
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

  private StoreException notWritable(IOException e) {
    return new StoreException(
        "cannot use the Raft log folder " + folder + "; make RaftDataDir writable", e);
  }

  private long loadIncarnation() throws RocksDBException {
    byte[] stored = db.get(INCARNATION_KEY);
    if (stored != null) {
      return ByteBuffer.wrap(failures.unseal(stored, "incarnation")).getLong();
    }
    try (RocksIterator any = db.newIterator()) {
      any.seekToFirst();
      if (any.isValid()) {
        throw failures.damaged("it has data but no incarnation", null);
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
    ByteBuffer buffer = ByteBuffer.wrap(failures.unseal(stored, "beginning"));
    firstChain = buffer.getInt();
    byte[] place = new byte[buffer.remaining()];
    buffer.get(place);
    try {
      return SnapshotCodec.decodeLastIncluded(place);
    } catch (IllegalArgumentException e) {
      throw failures.damaged("its beginning: " + e.getMessage(), e);
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
      Tail last = stored.scan(new Tail(lastIncluded.index(), firstChain, 0), eachEntry);
      Tail expected =
          tailBytes == null ? Tail.EMPTY : Tail.from(failures.unseal(tailBytes, "tail"));
      requireAllSyncedWrites(expected);
      if (!last.sameEntry(expected)) {
        throw failures.damaged(
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
          throw failures.damaged("it has entries but no hard state", null);
        }
        return HardState.INITIAL;
      }
      return LogEntryCodec.decodeHardState(failures.unseal(hardState, "hard state"));
    } catch (RocksDBException e) {
      throw failures.reading(e);
    } finally {
      lock.unlock();
    }
  }

  private void requireAllSyncedWrites(Tail found) {
    try {
      long known = mark.read();
      if (found.writes() < known) {
        throw failures.damaged(
            known + " writes had been synced, only " + found.writes() + " are there", null);
      }
    } catch (IOException e) {
      throw new StoreException("cannot read " + folder.resolve("synced"), e);
    }
  }

  @Override
  public void persist(@Nullable HardState hardState, long truncateFrom, List<LogEntry> entries) {
    Lock lock = open.readLock();
    lock.lock();
    try (WriteBatch batch = new WriteBatch()) {
      requireUsable();
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
      commit(batch, hardState, newTail);
    } catch (RocksDBException e) {
      throw writeFailure(e);
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
      long index = newLastIncluded.index();
      boolean held = holds(newLastIncluded.id());
      int chain = held ? tailAt(index).crc() : 0;
      batch.deleteRange(entryKey(0), entryKey(held ? index + 1 : Long.MAX_VALUE));
      byte[] place = SnapshotCodec.encode(newLastIncluded);
      byte[] first =
          ByteBuffer.allocate(Integer.BYTES + place.length).putInt(chain).put(place).array();
      batch.put(FIRST_KEY, seal(first));
      commit(batch, hardState, held ? tail : new Tail(index, chain, 0));
      lastIncluded = newLastIncluded;
      firstChain = chain;
      spaceReturn.dropUpTo(entryKey(0), entryKey(index + 1));
    } catch (RocksDBException e) {
      throw writeFailure(e);
    } finally {
      lock.unlock();
    }
  }

  /** One synced write of all that is in the batch, and of what belongs to every write. */
  private void commit(WriteBatch batch, @Nullable HardState hardState, Tail newTail)
      throws RocksDBException {
    Tail counted = new Tail(newTail.index(), newTail.crc(), tail.writes() + 1);
    if (hardState != null) {
      batch.put(HARD_STATE_KEY, seal(LogEntryCodec.encode(hardState)));
    }
    batch.put(TAIL_KEY, seal(counted.bytes()));
    db.write(synced, batch);
    spaceReturn.written(batch.getDataSize());
    tail = counted;
    try {
      mark.write(counted.writes());
    } catch (IOException e) {
      broken = true;
      throw new StoreException("cannot write " + folder.resolve("synced"), e);
    }
  }

  /** After a failed sync nobody knows what is on disk. */
  private StoreException writeFailure(RocksDBException e) {
    broken = true;
    return new StoreException(
        "cannot write the Raft log in " + folder + " behind index " + tail.index(), e);
  }

  private boolean holds(LogId id) throws RocksDBException {
    if (id.index() > tail.index() || id.index() < lastIncluded.index()) {
      return false;
    }
    if (id.index() == lastIncluded.index()) {
      return id.equals(lastIncluded.id());
    }
    LogEntry entry = stored.at(id.index());
    return entry != null && entry.id().equals(id);
  }

  private Tail tailAt(long index) throws RocksDBException {
    return index == lastIncluded.index() ? new Tail(index, firstChain, 0) : stored.tailAt(index);
  }

  @Override
  public List<LogEntry> read(long fromIndex, long toIndex, int maxBytes) {
    Lock lock = open.readLock();
    lock.lock();
    try {
      requireUsable();
      return stored.read(fromIndex, toIndex, maxBytes);
    } catch (RocksDBException e) {
      throw failures.reading(e);
    } finally {
      lock.unlock();
    }
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
}
