package dev.orchestrator.raft.sim;

import dev.orchestrator.raft.core.Chunk;
import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.core.SnapshotTask;
import java.util.Arrays;

/** The snapshot files of one member: one to be sent, one being received. */
final class SimSnapshots {
  private SnapshotInfo spooled;
  private byte[] spool = {};
  private SnapshotInfo incoming;
  private byte[] received = {};

  /** Bytes that went through {@link #store} and were kept. */
  long storedBytes;

  SnapshotInfo spool(LastIncluded lastIncluded, byte[] image) {
    spool = image.clone();
    spooled = new SnapshotInfo(lastIncluded, image.length, checksum(image));
    return spooled;
  }

  /** A bit of what was spooled flips: only the checksum of the whole shows it. */
  void damageSpool(int at) {
    if (spool.length > 0) {
      spool[at % spool.length] ^= 1;
    }
  }

  boolean has(SnapshotInfo snapshot) {
    return snapshot.equals(spooled);
  }

  byte[] read(SnapshotTask.SendChunk part) {
    return Arrays.copyOfRange(spool, (int) part.offset(), (int) part.offset() + part.length());
  }

  Input.ChunkStored store(SnapshotTask.StoreChunk part) {
    SnapshotInfo snapshot = part.snapshot();
    if (!snapshot.equals(incoming)) {
      incoming = snapshot;
      received = new byte[0];
    }
    Chunk chunk = part.chunk();
    if (part.offset() == received.length
        && received.length + chunk.length() <= snapshot.sizeBytes()) {
      byte[] longer = Arrays.copyOf(received, received.length + chunk.length());
      System.arraycopy(chunk.bytes(), 0, longer, received.length, chunk.length());
      received = longer;
      storedBytes += chunk.length();
    }
    if (received.length < snapshot.sizeBytes()) {
      return new Input.ChunkStored(snapshot, received.length, Input.Received.PARTLY);
    }
    if (checksum(received).equals(snapshot.checksum())) {
      return new Input.ChunkStored(snapshot, received.length, Input.Received.COMPLETE);
    }
    discardReceived();
    return new Input.ChunkStored(snapshot, 0, Input.Received.UNUSABLE);
  }

  /** The complete image, null if it is not that one any more. */
  byte[] open(SnapshotInfo snapshot) {
    return snapshot.equals(incoming) && received.length == snapshot.sizeBytes() ? received : null;
  }

  void discardReceived() {
    incoming = null;
    received = new byte[0];
  }

  /** What was spooled is of no use any more; the end of what was received may be lost. */
  void crash(int surviving) {
    spooled = null;
    received = Arrays.copyOf(received, Math.min(received.length, surviving));
  }

  private static String checksum(byte[] bytes) {
    return Integer.toHexString(Chunk.of(bytes).crc());
  }
}
