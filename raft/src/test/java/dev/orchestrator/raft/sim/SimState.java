package dev.orchestrator.raft.sim;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A register machine: the hash of all commands in order. Immutable.
 *
 * @param applied last entry in it
 */
record SimState(LogId applied, long hash) {
  static final SimState EMPTY = new SimState(LogId.ZERO, 17);

  private static final int HEAD_BYTES = 3 * Long.BYTES;
  private static final int MAX_FILLING = 1_500;

  SimState after(LogEntry entry) {
    long value = entry instanceof LogEntry.Command command ? Arrays.hashCode(command.bytes()) : 0;
    return new SimState(entry.id(), 31 * hash + value + entry.term());
  }

  /** The same bytes for the same state, of a length that the state decides. */
  byte[] image() {
    int filling = (int) Math.floorMod(hash, (long) MAX_FILLING);
    ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + filling);
    bytes.putLong(applied.term()).putLong(applied.index()).putLong(hash);
    while (bytes.hasRemaining()) {
      bytes.put((byte) (hash >> (bytes.position() & 31)));
    }
    return bytes.array();
  }

  static SimState of(byte[] image) {
    ByteBuffer bytes = ByteBuffer.wrap(image);
    return new SimState(new LogId(bytes.getLong(), bytes.getLong()), bytes.getLong());
  }
}
