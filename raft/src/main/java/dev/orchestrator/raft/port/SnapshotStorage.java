package dev.orchestrator.raft.port;

import dev.orchestrator.raft.core.Chunk;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.SnapshotInfo;
import java.io.IOException;
import java.io.InputStream;

/**
 * The snapshots of one member on disk: at most one to be sent and one being received. What was left
 * behind by a former life is taken up again or removed. Used by one thread at a time, but for
 * {@link #open}. A failure here is never fatal: what fails is begun anew.
 */
public interface SnapshotStorage {
  /**
   * Writes an image to disk, in place of the one before.
   *
   * @param lastIncluded the image's place in the log, with the membership valid there
   * @throws IOException the disk is full or fails; nothing is left of the image
   */
  SnapshotInfo spool(LastIncluded lastIncluded, StateImage image) throws IOException;

  /** Removes what was spooled. */
  void discardSpool() throws IOException;

  /**
   * A part of what was spooled.
   *
   * @throws IOException it is there no more, or the disk fails
   */
  byte[] read(SnapshotInfo snapshot, long offset, int length) throws IOException;

  /**
   * Adds a part to what was received, if it is the next one and there is no more than the snapshot
   * is to have. Another snapshot than the one received so far takes its place.
   *
   * @return everything before this offset is there; it survives a killed process
   */
  long store(SnapshotInfo snapshot, long offset, Chunk chunk) throws IOException;

  /**
   * Whether all of the snapshot was received and its checksum is right, safe on disk. If it is
   * wrong, what was received is removed.
   */
  boolean isComplete(SnapshotInfo snapshot) throws IOException;

  /** The complete image that was received. Any thread. */
  InputStream open(SnapshotInfo snapshot) throws IOException;

  /** Removes what was received. */
  void discardReceived() throws IOException;
}
