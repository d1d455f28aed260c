package dev.orchestrator.raft.sim;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.core.RoleName;
import java.util.HashMap;
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

  boolean wiped;

  /** Its disk before it was wiped: what it acknowledged then was true when it was said. */
  SimDisk formerDisk;

  MemberId formerId;
  long pausedUntilMicros;
  double clockRate = 1;

  /** Last index the state machine has applied; durable like a database. */
  long applied;

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
  }

  long clockMillis(long nowMicros) {
    return (long) (nowMicros * clockRate / 1_000);
  }

  boolean everHeld(LogId entry) {
    return (wiped ? formerDisk : disk).holds(entry);
  }

  MemberId idInGroup() {
    return wiped ? formerId : id;
  }

  boolean isUp() {
    return node != null;
  }

  boolean isPaused(long nowMicros) {
    return nowMicros < pausedUntilMicros;
  }

  boolean leaderCheck(long nowMicros, RaftTimings timings) {
    return isUp()
        && node.noOpIndex().filter(noOp -> noOp <= applied).isPresent()
        && clockMillis(nowMicros) - node.quorumContactMillis().orElseThrow()
            < timings.leaderCheckMillis();
  }
}
