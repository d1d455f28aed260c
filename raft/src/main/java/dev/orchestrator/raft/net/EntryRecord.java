package dev.orchestrator.raft.net;

import dev.orchestrator.raft.core.LogEntry;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A log entry as it lies on disk: {@code crc32c (4) | chain (4) | entry as Protobuf}. The CRC
 * covers everything behind it. The chain is the CRC of the record before (0 for the first entry),
 * so that a record that is whole but in the wrong place is found as well. Immutable.
 *
 * @param crc this record's checksum, the next record's chain
 */
public record EntryRecord(int crc, int chain, LogEntry entry) {
  private static final int HEADER_BYTES = 8;

  /** An entry as a record behind the one with the checksum {@code chain}. */
  public static byte[] encode(LogEntry entry, int chain) {
    byte[] record = LogEntryCodec.encode(entry, HEADER_BYTES);
    ByteBuffer.wrap(record).putInt(Integer.BYTES, chain).putInt(0, checksum(record));
    return record;
  }

  /** The stored checksum of an encoded record. */
  public static int crcOf(byte[] record) {
    return ByteBuffer.wrap(record).getInt(0);
  }

  /**
   * The record in these bytes, its checksum verified.
   *
   * @throws IllegalArgumentException damaged; says how
   */
  public static EntryRecord decode(byte[] record) {
    if (record.length <= HEADER_BYTES) {
      throw new IllegalArgumentException("only " + record.length + " bytes");
    }
    ByteBuffer header = ByteBuffer.wrap(record);
    int crc = header.getInt();
    int chain = header.getInt();
    if (crc != checksum(record)) {
      throw new IllegalArgumentException("checksum does not match");
    }
    byte[] body = new byte[record.length - HEADER_BYTES];
    header.get(body);
    return new EntryRecord(crc, chain, LogEntryCodec.decode(body));
  }

  private static int checksum(byte[] record) {
    CRC32C crc = new CRC32C();
    crc.update(record, Integer.BYTES, record.length - Integer.BYTES);
    return (int) crc.getValue();
  }
}
