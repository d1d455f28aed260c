package dev.orchestrator.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** What the disk under a folder gives: appends of 4 KiB, each synced (fdatasync). */
final class SyncRate {
  private static final int BYTES = 4096;

  private SyncRate() {}

  /** Synced appends per second. */
  static double measure(Path folder, Duration length) throws IOException {
    Path file = folder.resolve("sync-rate");
    long count = 0;
    long startedAt = System.nanoTime();
    long nanos = 0;
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer block = ByteBuffer.allocateDirect(BYTES);
      while (nanos < length.toNanos()) {
        channel.write(block.clear());
        channel.force(false);
        count++;
        nanos = System.nanoTime() - startedAt;
      }
    } finally {
      Files.deleteIfExists(file);
    }
    return count * 1e9 / nanos;
  }
}
