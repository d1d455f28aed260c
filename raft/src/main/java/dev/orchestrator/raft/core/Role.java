package dev.orchestrator.raft.core;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The role a node is in, with the data only that role has. Confined to its node's thread. */
sealed interface Role {
  RoleName name();

  /** The leader this member follows, if it knows one. */
  default Optional<MemberId> follows() {
    return this instanceof Follower(MemberId leader)
        ? Optional.ofNullable(leader)
        : Optional.empty();
  }

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

    /** From now on these members get the log, and no others. */
    void follow(Membership membership, MemberId self, long nextIndex, long nowMillis) {
      List<MemberId> everybody = membership.everybody();
      progress.keySet().retainAll(everybody);
      for (MemberId member : everybody) {
        if (!member.equals(self)) {
          progress.computeIfAbsent(member, _ -> new Progress(nextIndex, nowMillis));
        }
      }
    }

    /** Largest index that a majority has on disk. */
    long quorumMatch(Membership membership, MemberId self, long ownDurableIndex) {
      return membership.quorumValue(
          voter -> {
            Progress of = progress.get(voter);
            return voter.equals(self) ? ownDurableIndex : of == null ? 0 : of.matchIndex;
          });
    }

    /** When the newest message that reached a majority was sent; the start of the term at first. */
    long quorumContact(Membership membership, MemberId self, long nowMillis) {
      return membership.quorumValue(
          voter -> {
            Progress of = progress.get(voter);
            return voter.equals(self)
                ? nowMillis
                : of == null ? sinceMillis : of.contactSentAtMillis;
          });
    }

    /** Whether this member has not answered anything sent since then. */
    boolean heardBefore(MemberId member, long millis) {
      Progress of = progress.get(member);
      return of == null || of.contactSentAtMillis < millis;
    }

    /** Whether this member has the log but for what is on the way (thesis §4.2.1). */
    boolean keepsPace(MemberId member) {
      Progress of = progress.get(member);
      return of != null && of.keepsPace;
    }

    /** Of the other voters that were heard since {@code lately} the one that has most. */
    @Nullable MemberId mostUpToDate(Membership membership, long lately) {
      return progress.entrySet().stream()
          .filter(entry -> membership.isVoter(entry.getKey()))
          .filter(entry -> entry.getValue().snapshotFrom == 0) // others do not stand
          .filter(entry -> entry.getValue().contactSentAtMillis >= lately)
          .max(Comparator.comparingLong(entry -> entry.getValue().matchIndex))
          .map(Map.Entry::getKey)
          .orElse(null);
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
