package dev.orchestrator.store.log;

import org.rocksdb.CompressionType;
import org.rocksdb.Options;
import org.rocksdb.WALRecoveryMode;

/**
 * How RocksDB keeps the log. Recovery ({@code kTolerateCorruptedTailRecords}): only an incomplete
 * record at the very end of the write-ahead log, which no sync had returned for, is cut; damage in
 * the middle is an error and nothing behind it is dropped. Stateless.
 */
final class LogOptions {
  /**
   * More than the log holds between two cuts, so that entries are dropped before they are ever
   * flushed: a busy log is written to the disk about once instead of two or three times. Only a
   * busy log fills it.
   */
  private static final long WRITE_BUFFER_BYTES = 128L << 20;

  /**
   * With one column family this bounds only what is reserved on the disk ahead of the writes, which
   * would be as much as the write buffer.
   */
  private static final long RESERVED_AHEAD_BYTES = 16L << 20;

  private static final int MAX_BACKGROUND_JOBS = 2;
  private static final long KEEP_INFO_LOGS = 3;
  private static final long MAX_INFO_LOG_BYTES = 4L << 20;

  private LogOptions() {}

  /** To be closed after the database. */
  static Options create() {
    return new Options()
        .setCreateIfMissing(true)
        .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
        .setParanoidChecks(true)
        .setCompressionType(CompressionType.NO_COMPRESSION)
        .setWriteBufferSize(WRITE_BUFFER_BYTES)
        .setMaxTotalWalSize(RESERVED_AHEAD_BYTES)
        .setMaxBackgroundJobs(MAX_BACKGROUND_JOBS)
        .setKeepLogFileNum(KEEP_INFO_LOGS)
        .setMaxLogFileSize(MAX_INFO_LOG_BYTES);
  }
}
