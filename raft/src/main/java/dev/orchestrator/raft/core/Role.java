package dev.orchestrator.raft.core;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The role a node is in, with the data only that role has. Confined to its node's thread. */
sealed interface Role {
  RoleName name();

  /** Follows a leader or waits for one. */
  record Follower(@Nullable MemberId leader) implements Role {
    @Override
    public RoleName name() {
      return RoleName.FOLLOWER;
    }
  }

  /** Asks whether an election could be won, without disturbing anybody (thesis §9.6). */
  record PreCandidate(Set<MemberId> granted) implements Role {
    PreCandidate() {
      this(new TreeSet<>());
    }

    @Override
    public RoleName name() {
      return RoleName.PRE_CANDIDATE;
    }
  }

  /**
   * Collects votes.
   *
   * @param voteSequence write that holds the vote for itself; it does not count before
   */
  record Candidate(Set<MemberId> granted, long voteSequence) implements Role {
    Candidate(long voteSequence) {
      this(new TreeSet<>(), voteSequence);
    }

    @Override
    public RoleName name() {
      return RoleName.CANDIDATE;
    }
  }

  /** Leadership is to go to this member, once it has the whole log, if that is before this time. */
  record Transfer(MemberId to, long untilMillis) {}

  /** Replicates its log. */
  final class Leader implements Role {
    /** Index of the NoOp that began this term of leadership. */
    final long noOpIndex;

    final long sinceMillis;
    final NavigableMap<MemberId, Progress> progress = new TreeMap<>();
    final Reads reads = new Reads();
    long nextHeartbeatMillis;

    /** Set while leadership is being handed over. */
    @Nullable Transfer transfer;

    /** Its own stall is not the followers' silence: no stepping down before this. */
    long checkQuorumNotBeforeMillis;

    private final Deque<LogEntry> uncommitted = new ArrayDeque<>();
    private long uncommittedBytes;

    Leader(long noOpIndex, long sinceMillis) {
      this.noOpIndex = noOpIndex;
      this.sinceMillis = sinceMillis;
      this.nextHeartbeatMillis = sinceMillis;
    }

    @Override
    public RoleName name() {
      return RoleName.LEADER;
    }

    boolean hasRoom(RaftLimits limits) {
      return uncommitted.size() < limits.maxUncommittedEntries()
          && uncommittedBytes < limits.maxUncommittedBytes();
    }

    void appended(LogEntry entry) {
      uncommitted.addLast(entry);
      uncommittedBytes += entry.sizeBytes();
    }

    void committedTo(long index) {
      while (!uncommitted.isEmpty() && uncommitted.getFirst().index() <= index) {
        uncommittedBytes -= uncommitted.removeFirst().sizeBytes();
      }
    }
  }
}
