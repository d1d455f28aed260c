package dev.orchestrator.raft.core;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A piece of a snapshot with the checksum its sender gave it. Immutable; the bytes must not be
 * changed.
 */
public final class Chunk {
  private final byte[] bytes;
  private final int crc;

  /** Takes over bytes that came with this checksum. */
  public Chunk(byte[] bytes, int crc) {
    this.bytes = bytes;
    this.crc = crc;
  }

  /** Takes over bytes that are known to be right. */
  public static Chunk of(byte[] bytes) {
    return new Chunk(bytes, crcOf(bytes));
  }

  /** Not a copy. */
  public byte[] bytes() {
    return bytes;
  }

  /** CRC32C by the sender. */
  public int crc() {
    return crc;
  }

  /** Number of bytes. */
  public int length() {
    return bytes.length;
  }

  /** Whether the bytes are those the sender meant. */
  public boolean isIntact() {
    return crc == crcOf(bytes);
  }

  private static int crcOf(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Chunk that && crc == that.crc && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return crc;
  }

  @Override
  public String toString() {
    return "Chunk[" + bytes.length + " bytes]";
  }
}
