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
 */
public record RaftLimits(
    int maxAppendBytes,
    int maxInflightMessages,
    long maxInflightBytes,
    int maxUncommittedEntries,
    long maxUncommittedBytes,
    long cacheBytes) {
  /** Room for thousands of small commands within about 40 MiB. */
  public static final RaftLimits DEFAULT =
      new RaftLimits(256 << 10, 64, 4 << 20, 4096, 16 << 20, 8 << 20);

  public RaftLimits {
    if (maxAppendBytes <= 0
        || maxInflightMessages <= 0
        || maxInflightBytes <= 0
        || maxUncommittedEntries <= 0
        || maxUncommittedBytes <= 0
        || cacheBytes < 0) {
      throw new IllegalArgumentException("all bounds must be above 0");
    }
  }
}
