package dev.orchestrator.raft.core;

/**
 * Bounds of messages and memory. Immutable.
 *
 * @param maxAppendBytes entries in one AppendEntries; a larger single entry goes alone
 * @param maxInflightMessages AppendEntries with entries that a follower has not answered yet
 * @param maxInflightBytes bytes in them
 * @param maxUncommittedEntries proposals of a leader's term that wait for commit
 * @param maxUncommittedBytes bytes in them
 * @param cacheBytes newest durable entries kept in memory; older ones are read from the storage
 * @param snapshotChunkBytes bytes of a snapshot in one message
 * @param snapshotWindowBytes bytes of a snapshot on the way to one follower
 * @param snapshotBytesPerSecond what a leader sends of snapshots, to all followers together
 */
public record RaftLimits(
    int maxAppendBytes,
    int maxInflightMessages,
    long maxInflightBytes,
    int maxUncommittedEntries,
    long maxUncommittedBytes,
    long cacheBytes,
    int snapshotChunkBytes,
    long snapshotWindowBytes,
    long snapshotBytesPerSecond) {
  /** Room for thousands of small commands within about 40 MiB. */
  public static final RaftLimits DEFAULT =
      new RaftLimits(256 << 10, 64, 4 << 20, 4096, 16 << 20, 8 << 20);

  public RaftLimits {
    if (maxAppendBytes <= 0
        || maxInflightMessages <= 0
        || maxInflightBytes <= 0
        || maxUncommittedEntries <= 0
        || maxUncommittedBytes <= 0
        || cacheBytes < 0
        || snapshotChunkBytes <= 0
        || snapshotWindowBytes <= 0
        || snapshotBytesPerSecond <= 0) {
      throw new IllegalArgumentException("all bounds must be above 0");
    }
  }

  /** With chunks of 256 KiB, a window of 1 MiB and 32 MiB/s for snapshots. */
  public RaftLimits(
      int maxAppendBytes,
      int maxInflightMessages,
      long maxInflightBytes,
      int maxUncommittedEntries,
      long maxUncommittedBytes,
      long cacheBytes) {
    this(
        maxAppendBytes,
        maxInflightMessages,
        maxInflightBytes,
        maxUncommittedEntries,
        maxUncommittedBytes,
        cacheBytes,
        256 << 10,
        1 << 20,
        32 << 20);
  }
}
