package dev.orchestrator.store.log;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Keys and sealed values of the Raft log in RocksDB: {@code m:hard} hard state, {@code m:tail}
 * index and checksum of the last entry and the number of writes so far, {@code m:first} what the
 * log begins behind, with the checksum of that entry, {@code m:inc} incarnation, and {@code l} +
 * big-endian index for entries. Stateless.
 */
final class LogFormat {
  static final byte[] HARD_STATE_KEY = "m:hard".getBytes(US_ASCII);
  static final byte[] TAIL_KEY = "m:tail".getBytes(US_ASCII);
  static final byte[] FIRST_KEY = "m:first".getBytes(US_ASCII);
  static final byte[] INCARNATION_KEY = "m:inc".getBytes(US_ASCII);
  static final byte ENTRY_PREFIX = 'l';
  private static final int ENTRY_KEY_BYTES = 1 + Long.BYTES;

  private LogFormat() {}

  /** Index and checksum of the last entry, 0 in an empty log, and the number of writes so far. */
  record Tail(long index, int crc, long writes) {
    static final Tail EMPTY = new Tail(0, 0, 0);

    boolean sameEntry(Tail other) {
      return index == other.index && crc == other.crc;
    }

    byte[] bytes() {
      return ByteBuffer.allocate(Long.BYTES + Integer.BYTES + Long.BYTES)
          .putLong(index)
          .putInt(crc)
          .putLong(writes)
          .array();
    }

    static Tail from(byte[] bytes) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      return new Tail(buffer.getLong(), buffer.getInt(), buffer.getLong());
    }
  }

  static byte[] entryKey(long index) {
    return ByteBuffer.allocate(ENTRY_KEY_BYTES).put(ENTRY_PREFIX).putLong(index).array();
  }

  /** Index in this key, -1 if it is not one of an entry. */
  static long indexOf(byte[] key) {
    return key.length == ENTRY_KEY_BYTES ? ByteBuffer.wrap(key).getLong(1) : -1;
  }

  /** Puts a checksum before the bytes. */
  static byte[] seal(byte[] bytes) {
    return ByteBuffer.allocate(Integer.BYTES + bytes.length)
        .putInt(checksum(bytes))
        .put(bytes)
        .array();
  }

  /** The bytes behind the checksum; null if they do not match it. */
  static byte @Nullable [] unseal(byte[] sealed) {
    if (sealed.length < Integer.BYTES) {
      return null;
    }
    byte[] bytes = Arrays.copyOfRange(sealed, Integer.BYTES, sealed.length);
    return ByteBuffer.wrap(sealed).getInt() == checksum(bytes) ? bytes : null;
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
