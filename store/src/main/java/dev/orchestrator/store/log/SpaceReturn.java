package dev.orchestrator.store.log;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the space of dropped entries back to the file system. A range that was deleted is only
 * marked; the files go when they hold nothing else, or once they are compacted, which takes long
 * enough to be done beside the writes, and costs the disk enough not to be done at every cut of a
 * busy log: entries that are dropped while they are in RocksDB's write buffer never become a file.
 * Thread-safe.
 */
final class SpaceReturn implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SpaceReturn.class);
  private static final long CLOSE_TIMEOUT_SECONDS = 30;

  /** From the end of one run to the start of the next. */
  private static final long PAUSE_MILLIS = 5_000;

  private static final long IDLE_THREAD_SECONDS = 10;

  private final RocksDB db;
  private final Path folder;
  private final byte[] from;

  /** The newest wish; a run that waits takes it along. */
  private final AtomicReference<byte @Nullable []> wanted = new AtomicReference<>();

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, body -> Thread.ofPlatform().daemon().name("raft-log-space").unstarted(body));

  /** When the last run began or ended; written by the thread, read by whoever plans the next. */
  private volatile long busyAtNanos = System.nanoTime() - MILLISECONDS.toNanos(PAUSE_MILLIS);

  /**
   * @param from first key of the entries
   */
  SpaceReturn(RocksDB db, Path folder, byte[] from) {
    this.db = db;
    this.folder = folder;
    this.from = from;
    thread.setKeepAliveTime(IDLE_THREAD_SECONDS, TimeUnit.SECONDS);
    thread.allowCoreThreadTimeOut(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** The keys before {@code to} are deleted already. */
  void dropUpTo(byte[] to) {
    if (wanted.getAndSet(to) == null) {
      long rested = NANOSECONDS.toMillis(System.nanoTime() - busyAtNanos);
      var _ = thread.schedule(this::drop, Math.max(0, PAUSE_MILLIS - rested), MILLISECONDS);
    }
  }

  private void drop() {
    byte[] to = wanted.getAndSet(null);
    if (to == null) {
      return;
    }
    busyAtNanos = System.nanoTime();
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush); // also frees the write-ahead log
      db.deleteFilesInRanges(db.getDefaultColumnFamily(), List.of(from, to), false);
      db.compactRange(from, to);
    } catch (RocksDBException e) {
      log.warn(
          "cannot give back the space of the Raft log in {}; tried again at the next cut",
          folder,
          e);
    } finally {
      busyAtNanos = System.nanoTime();
    }
  }

  /** Waits for what runs: the database must not be closed under it. */
  @Override
  public void close() {
    db.cancelAllBackgroundWork(false);
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        log.warn("the Raft log in {} is still giving back space", folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
