package dev.orchestrator.raft.sim;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.core.RoleName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One process: a node while it runs, and what outlives it. */
final class SimMember {
  /** A proposal and the entry it became. */
  record Asked(long token, LogEntry entry) {}

  MemberId id;
  SimDisk disk = new SimDisk();

  /** Null while it is down. */
  RaftNode node;

  /** Counts starts and crashes, so that events of a former life are recognised. */
  int life;

  /** The disks of all its incarnations: what one acknowledged was true when it was said. */
  final Map<MemberId, SimDisk> disks = new TreeMap<>();

  long pausedUntilMicros;
  double clockRate = 1;

  /** The state as it is, and as it would be after a power cut at worst. */
  SimState state = SimState.EMPTY;

  SimState durableState = SimState.EMPTY;

  /** The state in between is no prefix of the log: a snapshot took its place. */
  boolean restoredSinceSync;

  SimSnapshots snapshots = new SimSnapshots();

  /** An image is being written. */
  boolean spooling;

  /** No write succeeds before this. */
  long diskFullUntilMicros;

  long clockOffsetMicros;

  /** Values this life's leader appended and has not applied yet, by index. */
  final Map<Long, Asked> unanswered = new HashMap<>();

  /** Reads confirmed in this life that wait for the state, token to index. */
  final Map<Long, Long> confirmedReads = new TreeMap<>();

  // What the invariants compare with: the node before its last step.
  RoleName role = RoleName.FOLLOWER;
  long term;
  MemberId votedFor;
  long commitIndex;
  long lastIndex;
  long lastTerm;

  SimMember(MemberId id) {
    this.id = id;
    disks.put(id, disk);
  }

  long clockMillis(long nowMicros) {
    return (long) ((nowMicros * clockRate + clockOffsetMicros) / 1_000);
  }

  /** Last index the state machine has applied. */
  long applied() {
    return state.applied().index();
  }

  /** Its incarnations that have, or had when they were wiped, this entry on disk. */
  List<MemberId> holding(LogId entry) {
    return disks.entrySet().stream()
        .filter(each -> each.getValue().holds(entry))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Whether neither its log nor its disk has a newer membership than this one. */
  boolean knowsNoChangeBehind(LogEntry.MembershipChange newest) {
    boolean inLog =
        isUp()
            && node.log().membershipIndex() > newest.index()
            && node.log().membershipIndex() > node.log().lastIncluded().index();
    boolean onDisk =
        disk.membershipIndex() > newest.index()
            && disk.membershipIndex() > disk.lastIncluded().index();
    return !inLog && !onDisk;
  }

  boolean isUp() {
    return node != null;
  }

  boolean isPaused(long nowMicros) {
    return nowMicros < pausedUntilMicros;
  }

  boolean leaderCheck(long nowMicros, RaftTimings timings) {
    return isUp()
        && node.noOpIndex().filter(noOp -> noOp <= applied()).isPresent()
        && clockMillis(nowMicros) - node.quorumContactMillis().orElseThrow()
            < timings.leaderCheckMillis();
  }
}
