package dev.orchestrator.raft.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Work a {@link RaftNode} hands to its driver. Messages may be sent at once: those that promise
 * something stay inside the node until the write they depend on is reported by {@link
 * Input.Persisted}. Immutable.
 *
 * @param write what must reach the disk, null if nothing changed; writes are to be done in order
 * @param messages to be sent now; each may be lost
 * @param replies what became of proposals
 * @param reads what became of reads
 * @param snapshots work on snapshots, in order
 */
public record Ready(
    @Nullable Write write,
    List<Outbound> messages,
    List<Reply> replies,
    List<ReadAnswer> reads,
    List<SnapshotTask> snapshots) {
  public Ready {
    snapshots = List.copyOf(snapshots);
    messages = List.copyOf(messages);
    replies = List.copyOf(replies);
    reads = List.copyOf(reads);
  }

  /**
   * One atomic change of the disk.
   *
   * @param sequence counts up from 1; to be reported by {@link Input.Persisted}
   * @param hardState new hard state, null if unchanged
   * @param cutTo null if unchanged; else, before anything is removed or appended, the log begins
   *     behind this entry: what is up to it goes, and all goes if the log does not hold it
   * @param truncateFrom first index to remove before appending, 0 if nothing is removed
   * @param append entries that follow what is left
   */
  public record Write(
      long sequence,
      @Nullable HardState hardState,
      @Nullable LastIncluded cutTo,
      long truncateFrom,
      List<LogEntry> append) {
    public Write {
      append = List.copyOf(append);
    }
  }

  /** A message and the member it is for. */
  public record Outbound(MemberId to, RaftMessage message) {}

  /** What became of a proposal at first; commit is learnt by applying the entry. */
  public sealed interface Reply {
    /** Token of the {@link Input.Propose}. */
    long token();

    /** In the log at this place; committed if the entry applied at this index has this term. */
    record Appended(long token, LogId id) implements Reply {}

    /** Not appended, and never will be: this member does not lead. */
    record NotLeader(long token) implements Reply {}

    /** Not appended, and never will be: too much waits for commit. */
    record Overloaded(long token) implements Reply {}
  }

  /** What became of a read. */
  public sealed interface ReadAnswer {
    /** Token of the {@link Input.Read}. */
    long token();

    /** The state may be read once it has applied this index. */
    record Confirmed(long token, long index) implements ReadAnswer {}

    /** This member does not lead, or lost its leadership before it could prove it. */
    record NotLeader(long token) implements ReadAnswer {}

    /** Too many reads wait. */
    record Overloaded(long token) implements ReadAnswer {}
  }
}
