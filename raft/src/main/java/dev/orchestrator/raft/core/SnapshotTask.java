package dev.orchestrator.raft.core;

/** Work on snapshots that a {@link RaftNode} hands to its driver. Immutable. */
public sealed interface SnapshotTask {
  /** The snapshot it is about. */
  SnapshotInfo snapshot();

  /**
   * Read this part of the own snapshot and send it as {@link RaftMessage.InstallSnapshot}; may be
   * dropped, it is asked for again.
   *
   * @param length bytes to send; 0 only asks where the receiver is
   */
  record SendChunk(
      MemberId to, long term, SnapshotInfo snapshot, long offset, int length, long sentAtMillis)
      implements SnapshotTask {
    /** The message with the bytes that were read. */
    public RaftMessage.InstallSnapshot with(byte[] bytes) {
      return new RaftMessage.InstallSnapshot(term, snapshot, offset, Chunk.of(bytes), sentAtMillis);
    }
  }

  /**
   * Add this part to what was received, if it is the next one, and say with {@link
   * Input.ChunkStored} how much there is now. Another snapshot than the one received so far takes
   * its place. May be dropped.
   */
  record StoreChunk(SnapshotInfo snapshot, long offset, Chunk chunk) implements SnapshotTask {}

  /**
   * Replace the state by the complete snapshot, behind all entries handed out before; ends with
   * {@link Input.SnapshotInstalled}. Must not be dropped.
   */
  record Install(SnapshotInfo snapshot) implements SnapshotTask {}
}
