package dev.orchestrator.raft.core;

/**
 * Cuts the beginning of the log, as far as nobody needs it: neither apply, nor a disk, nor a
 * snapshot on its way (§7). Confined to its node's thread.
 */
final class Compaction {
  private final NodeState state;
  private final Snapshots snapshots;
  private final LeaderReplication replication;

  Compaction(NodeState state, Snapshots snapshots, LeaderReplication replication) {
    this.state = state;
    this.snapshots = snapshots;
    this.replication = replication;
  }

  /**
   * Cuts up to there or less.
   *
   * @param wanted last index to be cut; the state machine has it safely
   */
  void cutTo(long wanted) {
    if (!state.fit.isFit() || snapshots.isInstalling()) {
      return;
    }
    long upTo = Math.min(Math.min(wanted, state.takenIndex), state.log.durableIndex());
    if (state.role instanceof Role.Leader leader) {
      upTo = Math.min(upTo, snapshots.neededFrom(leader, state.nowMillis));
    }
    if (upTo <= state.log.lastIncluded().index()) {
      return;
    }
    state.log.compactTo(upTo);
    if (state.role instanceof Role.Leader leader) {
      replication.logWasCut(leader);
    }
  }
}
