package dev.orchestrator.store.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Remembers, beside the database, how many writes had come back from their sync. A damaged length
 * in a write-ahead log looks to RocksDB like the incomplete record of a crash, and everything
 * behind it is dropped in silence; a database with fewer writes than this mark shows it.
 *
 * <p>Written after each sync and not synced itself: it survives a killed process, and after a power
 * cut it is at worst old, never ahead. Confined to one thread at a time.
 */
final class SyncMark implements AutoCloseable {
  private static final int BYTES = Long.BYTES + Integer.BYTES;

  private final FileChannel channel;

  SyncMark(Path file) throws IOException {
    this.channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Number of writes that are known to be on disk; 0 if the mark itself is not whole. */
  long read() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, buffer.position()) < 0) {
        return 0;
      }
    }
    long count = buffer.getLong(0);
    return buffer.getInt(Long.BYTES) == checksum(count) ? count : 0;
  }

  void write(long count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES).putLong(count).putInt(checksum(count)).flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer, buffer.position());
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private static int checksum(long count) {
    CRC32C crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(count).flip());
    return (int) crc.getValue();
  }
}
