package dev.orchestrator.raft.core;

import java.util.List;

/**
 * What members say to each other. A message names neither its sender nor its receiver: the link it
 * travels on was opened with a handshake that did. Immutable.
 */
public sealed interface RaftMessage {
  /** Term of the sender, or the term it asks about. */
  long term();

  /** Would you vote for me in this term? Changes nothing at the receiver (thesis §9.6). */
  record PreVoteRequest(long term, LogId lastLog) implements RaftMessage {}

  /**
   * Answer to a {@link PreVoteRequest}.
   *
   * @param term the asked term if granted, else the receiver's own term
   */
  record PreVoteResponse(long term, boolean granted) implements RaftMessage {}

  /**
   * RequestVote (Figure 2).
   *
   * @param leadershipTransfer the old leader asked for this election, so its lease does not count
   *     (thesis §3.10)
   */
  record VoteRequest(long term, LogId lastLog, boolean leadershipTransfer) implements RaftMessage {}

  /**
   * Stand for election at once (thesis §3.10). The leader that says so has stepped down already, so
   * it passes no leader-check any more when others ignore its lease.
   */
  record TimeoutNow(long term) implements RaftMessage {}

  /** Answer to a {@link VoteRequest}. */
  record VoteResponse(long term, boolean granted) implements RaftMessage {}

  /**
   * AppendEntries (Figure 2); without entries a heartbeat.
   *
   * @param prevLog place of the entry just before the first of {@code entries}
   * @param leaderCommit the leader's commit index
   * @param sentAtMillis the leader's monotonic clock when it sent this; echoed in the answer, so
   *     that contact is counted from the time of sending
   */
  record AppendEntries(
      long term, LogId prevLog, List<LogEntry> entries, long leaderCommit, long sentAtMillis)
      implements RaftMessage {
    public AppendEntries {
      entries = List.copyOf(entries);
    }
  }

  /**
   * The follower's log equals the leader's up to {@code matchIndex}, on disk.
   *
   * @param snapshotFrom its log is whole but its state is not what led there: it wants a snapshot
   *     of this index or a later one; 0 if it wants none
   */
  record AppendAccepted(long term, long matchIndex, long sentAtMillis, long snapshotFrom)
      implements RaftMessage {
    /** It wants no snapshot. */
    public AppendAccepted(long term, long matchIndex, long sentAtMillis) {
      this(term, matchIndex, sentAtMillis, 0);
    }
  }

  /**
   * InstallSnapshot (Figure 13), one part of it.
   *
   * @param snapshot which one; the same in all parts
   * @param offset place of the part
   * @param chunk the part; empty to ask what the receiver has
   * @param sentAtMillis the leader's monotonic clock, echoed in the answer
   */
  record InstallSnapshot(
      long term, SnapshotInfo snapshot, long offset, Chunk chunk, long sentAtMillis)
      implements RaftMessage {}

  /**
   * Answer to {@link InstallSnapshot}: of the snapshot of this entry the receiver has everything
   * before {@code nextOffset}. Once it is installed, an {@link AppendAccepted} follows.
   */
  record SnapshotStored(long term, LogId lastIncluded, long nextOffset, long sentAtMillis)
      implements RaftMessage {}

  /**
   * The follower has no entry like {@code prevLog}, or the sender's term is old (then the hints are
   * 0).
   *
   * @param prevIndex index that did not match
   * @param conflictTerm term of the follower's entry there, 0 if its log is shorter
   * @param conflictIndex first index of that term in the follower's log, or its last index + 1
   */
  record AppendRejected(
      long term, long prevIndex, long conflictTerm, long conflictIndex, long sentAtMillis)
      implements RaftMessage {}
}
