package dev.orchestrator.raft.core;

/**
 * InstallSnapshot, receiver side (§7, Figure 13): whether this member gains by the snapshot it is
 * sent, its parts, and the log that goes on behind it. The bytes are the driver's. Confined to its
 * node's thread.
 */
final class SnapshotInstallation {
  private final NodeState state;
  private final Snapshots snapshots;
  private final FollowerReplication follower;

  SnapshotInstallation(NodeState state, Snapshots snapshots, FollowerReplication follower) {
    this.state = state;
    this.snapshots = snapshots;
    this.follower = follower;
  }

  /** One part came in. */
  void onInstallSnapshot(MemberId from, RaftMessage.InstallSnapshot install) {
    SnapshotInfo snapshot = install.snapshot();
    if (install.term() < state.term()) {
      follower.refuseOldTerm(from, install.sentAtMillis());
      return;
    }
    follower.hear(from, install.term());
    if (snapshots.isInstalling() || needs(snapshot)) {
      snapshots.receive(from, install);
    } else {
      // All up to there is committed; what the log holds of it need not be sent (Figure 13, 6).
      long matchIndex = Math.min(snapshot.index(), state.log.lastIndex());
      state.commitTo(matchIndex);
      follower.promiseAccepted(from, matchIndex, install.sentAtMillis());
    }
  }

  /** Whether the state gains by this snapshot, and the log goes on behind it. */
  private boolean needs(SnapshotInfo snapshot) {
    RaftLog log = state.log;
    boolean ahead = !state.fit.isFit() || snapshot.index() > state.takenIndex;
    boolean inLog = state.fit.isFit() && log.contains(snapshot.lastIncluded().id());
    return ahead && !inLog && snapshot.index() >= log.lastIncluded().index();
  }

  void onChunkStored(Input.ChunkStored stored) {
    SnapshotInfo snapshot = stored.snapshot();
    tellStored(snapshot, stored.nextOffset(), stored.received() == Input.Received.UNUSABLE);
    if (stored.received() == Input.Received.COMPLETE
        && !snapshots.isInstalling()
        && needs(snapshot)) {
      snapshots.install(snapshot);
    }
  }

  private void tellStored(SnapshotInfo snapshot, long nextOffset, boolean unusable) {
    MemberId leader = state.follows().orElse(null);
    if (leader != null) {
      snapshots
          .stored(snapshot, nextOffset, unusable, leader, state.term())
          .ifPresent(answer -> state.send(leader, answer));
    }
  }

  /**
   * The state is replaced, or as before; then the log follows it.
   *
   * @param done whether it is replaced, and safe on disk
   */
  void onInstalled(SnapshotInfo snapshot, boolean done) {
    if (!done) {
      tellStored(snapshot, 0, true);
    }
    snapshots.installed();
    if (!done) {
      return;
    }
    LastIncluded lastIncluded = snapshot.lastIncluded();
    if (!state.log.contains(lastIncluded.id())) {
      NodeState.require(
          !(state.role instanceof Role.Leader), "a leader has everything that is committed");
      state.disk.resetLogTo(lastIncluded);
    }
    state.takenIndex = snapshot.index();
    state.fit.isFitNow();
    state.commitTo(snapshot.index());
    MemberId leader = state.follows().orElse(null);
    if (leader != null) {
      long sentAtMillis = snapshots.sentAtMillis(leader, state.term());
      follower.promiseAccepted(leader, snapshot.index(), sentAtMillis);
    }
  }

  /** The state was found to be wrong: asks for another one, if there is a leader to ask. */
  void onRefetchState() {
    if (state.follows().isPresent() && !snapshots.isInstalling()) {
      state.fit.suspect();
      snapshots.spooled(null); // nobody is to have it
    }
  }
}
