package dev.orchestrator.raft.core;

/**
 * Which image of the state a snapshot is. Two with equal values hold the same bytes. Immutable.
 *
 * @param lastIncluded where in the log the image belongs, and the membership valid there
 * @param sizeBytes length of the image
 * @param checksum of the whole image, as the snapshot storage computes it
 */
public record SnapshotInfo(LastIncluded lastIncluded, long sizeBytes, String checksum) {
  public SnapshotInfo {
    if (sizeBytes < 0 || lastIncluded.index() == 0) {
      throw new IllegalArgumentException(
          "no snapshot of " + sizeBytes + " bytes at " + lastIncluded.id());
    }
  }

  /** Index of the last entry whose effects are in the image. */
  public long index() {
    return lastIncluded.index();
  }

  @Override
  public String toString() {
    return "snapshot " + lastIncluded.id() + " of " + sizeBytes + " bytes";
  }
}
