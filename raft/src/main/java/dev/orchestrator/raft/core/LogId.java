package dev.orchestrator.raft.core;

/**
 * Place of an entry in the log. Ordered as §5.4.1 compares logs: by term first, then by index.
 * Immutable.
 *
 * @param term term of the leader that created the entry, 0 only in {@link #ZERO}
 * @param index position in the log; the first entry has index 1
 */
public record LogId(long term, long index) implements Comparable<LogId> {
  /** Before the first entry. */
  public static final LogId ZERO = new LogId(0, 0);

  public LogId {
    if (term < 0 || index < 0) {
      throw new IllegalArgumentException(
          "need term >= 0 and index >= 0, got " + term + "/" + index);
    }
  }

  @Override
  public int compareTo(LogId other) {
    int byTerm = Long.compare(term, other.term);
    return byTerm != 0 ? byTerm : Long.compare(index, other.index);
  }

  @Override
  public String toString() {
    return term + "/" + index;
  }
}
