package dev.orchestrator.store.log;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the space of dropped entries back to the file system. A range that was deleted is only
 * marked; the files go when they hold nothing else, or once they are compacted, which takes long
 * enough to be done beside the writes.
 *
 * <p>It waits until enough was written to be worth a flush: what was dropped before its memtable is
 * flushed never reaches a table file at all. Thread-safe.
 */
final class SpaceReturn implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SpaceReturn.class);
  private static final long CLOSE_TIMEOUT_SECONDS = 30;

  /** Less than this is kept in the write-ahead log, which holds it anyhow. */
  private static final long WORTH_A_FLUSH_BYTES = 48L << 20;

  private final RocksDB db;
  private final Path folder;

  /** One at a time; while one runs and one waits, a further one would find nothing more to do. */
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          0,
          1,
          1,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(1),
          body -> Thread.ofPlatform().daemon().name("raft-log-space").unstarted(body),
          new ThreadPoolExecutor.DiscardPolicy());

  private final AtomicLong writtenBytes = new AtomicLong();

  SpaceReturn(RocksDB db, Path folder) {
    this.db = db;
    this.folder = folder;
  }

  /** So many bytes more are in the write-ahead log. */
  void written(long bytes) {
    writtenBytes.addAndGet(bytes);
  }

  /** The keys from {@code from} to before {@code to} are deleted already. */
  void dropUpTo(byte[] from, byte[] to) {
    if (writtenBytes.get() >= WORTH_A_FLUSH_BYTES) {
      writtenBytes.set(0);
      thread.execute(() -> drop(from, to));
    }
  }

  private void drop(byte[] from, byte[] to) {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush); // also frees the write-ahead log
      db.deleteFilesInRanges(db.getDefaultColumnFamily(), List.of(from, to), false);
      db.compactRange(from, to);
    } catch (RocksDBException e) {
      log.warn(
          "cannot give back the space of the Raft log in {}; tried again at the next cut",
          folder,
          e);
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
