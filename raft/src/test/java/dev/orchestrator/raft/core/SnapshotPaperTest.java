package dev.orchestrator.raft.core;

import static dev.orchestrator.raft.core.ScriptedNode.A;
import static dev.orchestrator.raft.core.ScriptedNode.B;
import static dev.orchestrator.raft.core.ScriptedNode.C;
import static dev.orchestrator.raft.core.ScriptedNode.command;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.RaftMessage.AppendAccepted;
import dev.orchestrator.raft.core.RaftMessage.AppendEntries;
import dev.orchestrator.raft.core.RaftMessage.AppendRejected;
import dev.orchestrator.raft.core.RaftMessage.InstallSnapshot;
import dev.orchestrator.raft.core.RaftMessage.SnapshotStored;
import dev.orchestrator.raft.core.RaftMessage.VoteRequest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The rules of §7 and of safety rule T2, one node driven by hand. */
class SnapshotPaperTest {
  private static final List<MemberId> THREE = List.of(A, B, C);
  private static final Membership MEMBERSHIP = new Membership("cluster", THREE);

  /** Commits and hands out everything the follower has. */
  private static ScriptedNode followerWith(long... terms) {
    ScriptedNode a = ScriptedNode.withLog(2, THREE, terms);
    LogId last = a.node.log().lastId();
    a.receive(B, a.append(2, last, last.index()));
    assertThat(a.node.takeCommitted(1 << 20)).hasSize((int) last.index());
    a.take();
    return a;
  }

  private static SnapshotInfo snapshot(long term, long index, int bytes) {
    return new SnapshotInfo(
        new LastIncluded(new LogId(term, index), Optional.of(MEMBERSHIP)), bytes, "sum");
  }

  private static InstallSnapshot part(ScriptedNode to, SnapshotInfo of, long offset, int bytes) {
    return new InstallSnapshot(to.node.term(), of, offset, Chunk.of(new byte[bytes]), to.now);
  }

  @Test
  void section7_theLogIsCutUpToWhatTheStateHas() {
    ScriptedNode a = followerWith(1, 1, 1);
    a.step(new Input.Compact(3));
    assertThat(a.node.log().firstIndex()).isEqualTo(4);
    assertThat(a.cuts.getLast())
        .isEqualTo(new LastIncluded(new LogId(1, 3), Optional.of(MEMBERSHIP)));
    assertThat(a.node.membership()).contains(MEMBERSHIP);
    assertThat(a.node.log().lastIndex()).isEqualTo(4);
  }

  @Test
  void section7_theLogIsNeverCutFurtherThanItWasApplied() {
    ScriptedNode a = ScriptedNode.withLog(2, THREE, 1, 1, 1);
    a.receive(B, a.append(2, a.node.log().lastId(), 2));
    a.node.takeCommitted(1 << 20);
    a.step(new Input.Compact(100));
    assertThat(a.node.log().firstIndex()).isEqualTo(3);
  }

  @Test
  void section7_entriesFromBeforeTheBeginningOfTheLogAreTakenAsKnown() {
    ScriptedNode a = followerWith(1, 1, 1);
    a.step(new Input.Compact(3));
    a.receive(
        B,
        a.append(
            2, new LogId(1, 1), 4, command(1, 2), command(1, 3), command(1, 4), command(2, 5)));
    assertThat(a.terms(4)).containsExactly(1L, 2L);
    assertThat(a.takeTo(B)).contains(new AppendAccepted(2, 5, a.now));
  }

  @Test
  void section7_aFollowerBehindTheLogIsSentASnapshotInPartsAndHeartbeatsGoOn() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE, 1, 1);
    a.elect(B);
    a.receive(B, new AppendAccepted(a.node.term(), 4, a.now));
    a.node.takeCommitted(1 << 20);
    a.step(new Input.Compact(4));
    a.take();
    assertThat(a.node.wantedSnapshot()).isEmpty();

    a.tick(150);
    AppendEntries probe = a.takeTo(C, AppendEntries.class).orElseThrow();
    assertThat(probe.prevLog()).isEqualTo(new LogId(a.node.term(), 4));
    a.receive(C, new AppendRejected(a.node.term(), 4, 0, 1, a.now));
    assertThat(a.node.wantedSnapshot()).contains(4L);

    SnapshotInfo snapshot = snapshot(a.node.term(), 4, 1_000_000);
    a.step(new Input.SnapshotSpooled(snapshot));
    assertThat(a.node.wantedSnapshot()).isEmpty();
    assertThat(a.sends()).singleElement().matches(part -> part.offset() == 0);

    long first = a.sends().getFirst().length();
    a.snapshots.clear();
    a.receive(C, stored(a, snapshot, first, false));
    assertThat(a.sends()).hasSizeGreaterThan(1); // a window of them
    assertThat(a.sends().getFirst().offset()).isEqualTo(first);
    a.snapshots.clear();
    a.take();
    a.tick(150);
    AppendEntries heartbeat = a.takeTo(C, AppendEntries.class).orElseThrow();
    assertThat(heartbeat.entries()).isEmpty();

    a.receive(C, new AppendAccepted(a.node.term(), 4, a.now));
    a.snapshots.clear();
    a.propose(7);
    assertThat(a.takeTo(C, AppendEntries.class).orElseThrow().entries()).hasSize(1);
    a.tick(3_000);
    assertThat(a.sends()).isEmpty();
  }

  @Test
  void section7_aBrokenTransferGoesOnWhereTheFollowerIs() {
    ScriptedNode a = leaderSending(snapshot(2, 4, 1_000_000));
    a.step(new Input.PeerLost(C));
    a.snapshots.clear();
    a.tick(10);
    a.receive(C, stored(a, snapshot(2, 4, 1_000_000), 900_000, false));
    assertThat(a.sends()).extracting(SnapshotTask.SendChunk::offset).contains(900_000L);
    assertThat(a.sends()).noneMatch(part -> part.offset() > 0 && part.offset() < 900_000);
  }

  @Test
  void aSnapshotThatIsOfNoUseIsReplacedByAnother() {
    ScriptedNode a = leaderSending(snapshot(2, 4, 1_000));
    a.receive(C, stored(a, snapshot(2, 4, 1_000), 0, true));
    assertThat(a.node.wantedSnapshot()).contains(4L);
  }

  @Test
  void theLogIsNotCutBehindASnapshotOnItsWay() {
    ScriptedNode a = leaderSending(snapshot(2, 4, 1_000_000));
    a.propose(1);
    a.propose(2);
    a.receive(B, new AppendAccepted(a.node.term(), 6, a.now));
    a.node.takeCommitted(1 << 20);
    a.receive(C, new AppendRejected(a.node.term(), 4, 0, 1, a.now));
    a.step(new Input.Compact(6));
    assertThat(a.node.log().firstIndex()).isEqualTo(5);
  }

  @Test
  void section7_aSnapshotTakesThePlaceOfALogThatDoesNotHoldIt() {
    ScriptedNode a = ScriptedNode.withLog(2, THREE, 1);
    a.receive(B, a.append(2, new LogId(1, 1), 1));
    assertThat(a.node.takeCommitted(1 << 20)).hasSize(1); // entry 2 is not committed yet
    SnapshotInfo snapshot = snapshot(2, 9, 10);
    a.receive(B, part(a, snapshot, 0, 10));
    assertThat(a.snapshots).hasSize(1);
    a.step(new Input.ChunkStored(snapshot, 10, Input.Received.COMPLETE));
    assertThat(a.snapshots.getLast()).isEqualTo(new SnapshotTask.Install(snapshot));
    a.receive(B, a.append(2, new LogId(1, 2), 2)); // while it is installed
    assertThat(a.node.takeCommitted(1 << 20)).isEmpty();
    a.take();
    a.syncsAtOnce = false;
    a.step(new Input.SnapshotInstalled(snapshot, true));
    assertThat(a.node.log().lastId()).isEqualTo(new LogId(2, 9));
    assertThat(a.node.commitIndex()).isEqualTo(9);
    assertThat(a.takeTo(B)).isEmpty(); // not before the log begins there on disk
    a.receive(B, a.append(2, new LogId(2, 9), 9)); // nor does a heartbeat bring it out
    assertThat(a.takeTo(B)).containsExactly(new AppendAccepted(2, 0, a.now));
    a.sync();
    assertThat(a.takeTo(B)).containsExactly(new AppendAccepted(2, 9, a.now));
    a.receive(B, a.append(2, new LogId(2, 9), 10, command(2, 10)));
    a.sync();
    assertThat(a.node.takeCommitted(1 << 20)).containsExactly(command(2, 10));
  }

  @Test
  void section7_aLongerLogOfAnotherHistoryGoesAsAWhole() {
    ScriptedNode a = ScriptedNode.withLog(2, THREE, 1, 1, 1, 1); // of a leader that committed none
    SnapshotInfo snapshot = snapshot(2, 3, 10);
    a.receive(B, part(a, snapshot, 0, 10));
    a.step(new Input.ChunkStored(snapshot, 10, Input.Received.COMPLETE));
    a.step(new Input.SnapshotInstalled(snapshot, true));
    assertThat(a.node.log().lastId()).isEqualTo(new LogId(2, 3));
    assertThat(a.node.takeCommitted(1 << 20)).isEmpty();
  }

  @Test
  void section7_entriesBehindTheSnapshotStay() {
    ScriptedNode a = followerWith(1, 1);
    a.receive(B, a.append(2, new LogId(1, 3), 3, command(2, 4), command(2, 5)));
    a.take();
    SnapshotInfo snapshot = snapshot(2, 4, 10);
    a.receive(B, part(a, snapshot, 0, 10)); // not needed: the log holds it, so it is committed
    assertThat(a.snapshots).isEmpty();
    assertThat(a.node.commitIndex()).isEqualTo(4);
    assertThat(a.node.log().lastIndex()).isEqualTo(5);
    assertThat(a.takeTo(B)).contains(new AppendAccepted(2, 4, a.now));
  }

  @Test
  void aSnapshotOlderThanTheStateIsNotInstalled() {
    ScriptedNode a = followerWith(1, 1, 1);
    SnapshotInfo old = snapshot(1, 2, 10);
    a.receive(B, part(a, old, 0, 10));
    assertThat(a.snapshots).isEmpty();
    a.step(new Input.ChunkStored(old, 10, Input.Received.COMPLETE)); // late news of the disk
    assertThat(a.snapshots).isEmpty();
  }

  @Test
  void aPartWhoseChecksumIsWrongIsNotStored() {
    ScriptedNode a = followerWith(1);
    SnapshotInfo snapshot = snapshot(2, 9, 10);
    a.receive(B, new InstallSnapshot(2, snapshot, 0, new Chunk(new byte[10], 12345), a.now));
    assertThat(a.snapshots).isEmpty();
  }

  /** R19: contact is counted on the leader's own clock, which another leader's says nothing of. */
  @Test
  void aPartOfAFormerLeaderIsNoContactToTheNextOne() {
    ScriptedNode a = followerWith(1);
    SnapshotInfo snapshot = snapshot(2, 9, 10);
    a.receive(B, part(a, snapshot, 0, 10));
    a.step(new Input.ChunkStored(snapshot, 10, Input.Received.COMPLETE));
    a.receive(C, a.append(3, new LogId(2, 9), 9));
    a.take();
    a.step(new Input.SnapshotInstalled(snapshot, true));
    assertThat(a.takeTo(C)).containsExactly(new AppendAccepted(3, 9, Long.MIN_VALUE));
  }

  @Test
  void aSnapshotOfAnOldLeaderIsRefused() {
    ScriptedNode a = followerWith(1);
    a.receive(C, new InstallSnapshot(1, snapshot(1, 9, 10), 0, Chunk.of(new byte[10]), a.now));
    assertThat(a.snapshots).isEmpty();
    assertThat(a.takeTo(C)).containsExactly(new AppendRejected(2, 0, 0, 0, a.now));
  }

  @Test
  void ruleT2_aMemberWithoutItsStateVotesAndAsksButDoesNotStand() {
    ScriptedNode a = unfit(LogId.ZERO);
    assertThat(a.node.isStateFit()).isFalse();
    a.receive(C, new VoteRequest(3, new LogId(2, 9), false));
    assertThat(a.node.hardState()).isEqualTo(new HardState(3, C));
    a.tick(1_500);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);

    a.take();
    a.receive(B, a.append(3, new LogId(1, 4), 4));
    assertThat(a.takeTo(B)).containsExactly(new AppendAccepted(3, 4, a.now, 2));
    assertThat(a.node.takeCommitted(1 << 20)).isEmpty();
    SnapshotInfo snapshot = snapshot(1, 3, 10);
    a.receive(B, part(a, snapshot, 0, 10));
    a.step(new Input.ChunkStored(snapshot, 10, Input.Received.COMPLETE));
    a.step(new Input.SnapshotInstalled(snapshot, true));
    assertThat(a.node.isStateFit()).isTrue();
    assertThat(a.node.log().firstIndex()).isEqualTo(3); // the log was whole and stays
    assertThat(a.node.takeCommitted(1 << 20)).containsExactly(command(1, 4));
  }

  @Test
  void ruleT2_aMemberWithoutItsStateLeadsOnlyToHandOver() {
    ScriptedNode a = unfit(LogId.ZERO);
    a.tick(1_500 * 5);
    a.elect(B);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    a.propose(1);
    assertThat(a.replies.getLast()).isInstanceOf(Ready.Reply.Overloaded.class);
    a.receive(B, new AppendAccepted(a.node.term(), a.node.log().lastIndex(), a.now));
    a.take();
    a.tick(10);
    assertThat(a.takeTo(B)).contains(new RaftMessage.TimeoutNow(a.node.term()));
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
  }

  @Test
  void ruleT2_aStateAheadOfTheLogIsGoneOnFromOnceTheLogHoldsIt() {
    ScriptedNode a = unfit(new LogId(2, 6));
    a.receive(B, a.append(2, new LogId(1, 4), 7, command(2, 5)));
    assertThat(a.node.isStateFit()).isFalse();
    a.receive(B, a.append(2, new LogId(2, 5), 7, command(2, 6), command(2, 7)));
    assertThat(a.node.isStateFit()).isTrue();
    assertThat(a.node.takeCommitted(1 << 20)).containsExactly(command(2, 7));
  }

  @Test
  void ruleT2_aStateOfAnotherHistoryWantsASnapshot() {
    ScriptedNode elsewhere = unfit(new LogId(9, 6));
    elsewhere.receive(B, elsewhere.append(2, new LogId(1, 4), 6, command(2, 5), command(2, 6)));
    assertThat(elsewhere.takeTo(B)).contains(new AppendAccepted(2, 6, elsewhere.now, 2));

    ScriptedNode ahead = unfit(new LogId(2, 100));
    ahead.receive(B, ahead.append(2, new LogId(1, 4), 5, command(2, 5)));
    ahead.take();
    ahead.receive(B, ahead.append(2, new LogId(2, 5), 5));
    assertThat(ahead.takeTo(B)).contains(new AppendAccepted(2, 5, ahead.now, 2));

    ScriptedNode foreign = followerWith(1);
    foreign.step(new Input.ForeignState());
    foreign.receive(B, foreign.append(2, new LogId(1, 2), 2));
    assertThat(foreign.takeTo(B)).contains(new AppendAccepted(2, 2, foreign.now, 1));
  }

  @Test
  void ruleT2_aStateFoundToBeWrongIsReplacedByAnImageAndBuiltUponFromThere() {
    ScriptedNode a = followerWith(1, 1, 1);
    a.step(new Input.RefetchState());
    a.receive(B, a.append(2, new LogId(1, 4), 5, command(2, 5)));
    assertThat(a.node.takeCommitted(1 << 20)).isEmpty();
    assertThat(a.takeTo(B)).contains(new AppendAccepted(2, 5, a.now, 1));
    a.step(new Input.Compact(4)); // what lies behind the image is to be applied again
    assertThat(a.node.log().firstIndex()).isEqualTo(1);
    a.step(new Input.RefetchState());

    SnapshotInfo older = snapshot(1, 3, 10);
    a.receive(B, part(a, older, 0, 10));
    a.step(new Input.ChunkStored(older, 10, Input.Received.COMPLETE));
    assertThat(a.snapshots).contains(new SnapshotTask.Install(older));
    a.step(new Input.RefetchState()); // one is enough
    a.step(new Input.SnapshotInstalled(older, true));
    assertThat(a.node.isStateFit()).isTrue();
    assertThat(a.node.takeCommitted(1 << 20)).extracting(LogEntry::index).containsExactly(4L, 5L);
    a.take();
    a.receive(B, a.append(2, new LogId(2, 5), 5));
    assertThat(a.takeTo(B)).contains(new AppendAccepted(2, 5, a.now, 0));
    assertThat(a.node.log().firstIndex()).isEqualTo(1);
  }

  @Test
  void ruleT2_aLeaderHasNobodyToFetchAStateFrom() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE, 1, 1);
    a.elect(B);
    a.step(new Input.RefetchState());
    assertThat(a.node.isStateFit()).isTrue();
  }

  @Test
  void ruleT2_whoWaitsForAnImageIsTheLastToStandAndThenMakesDo() {
    ScriptedNode a = followerWith(1);
    a.step(new Input.RefetchState());
    a.receive(B, new RaftMessage.TimeoutNow(2));
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    a.tick(RaftTimings.DEFAULT.electionMaxMillis());
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    a.elect(B);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    assertThat(a.node.isStateFit()).isTrue();
  }

  @Test
  void ruleT2_nobodyIsGivenAnImageOfAStateFoundToBeWrong() {
    ScriptedNode a = followerWith(1, 1, 1);
    a.step(new Input.SnapshotSpooled(snapshot(1, 3, 10)));
    a.step(new Input.RefetchState());
    a.step(new Input.SnapshotSpooled(snapshot(1, 4, 10))); // begun before
    a.elect(B);
    a.receive(C, new AppendAccepted(a.node.term(), 4, a.now, 1));
    assertThat(a.sends()).isEmpty();
    assertThat(a.node.wantedSnapshot()).contains(1L);
  }

  /** Node a with a log of 3/1 and 4/1 behind 1/2, and this state. */
  private static ScriptedNode unfit(LogId state) {
    LastIncluded first = new LastIncluded(new LogId(1, 2), Optional.of(MEMBERSHIP));
    return new ScriptedNode(
        new HardState(2, null), first, List.of(command(1, 3), command(1, 4)), state);
  }

  private static ScriptedNode leaderSending(SnapshotInfo snapshot) {
    ScriptedNode a = ScriptedNode.withLog(1, THREE, 1, 1);
    a.elect(B);
    a.receive(B, new AppendAccepted(a.node.term(), 4, a.now));
    a.node.takeCommitted(1 << 20);
    a.step(new Input.Compact(4));
    a.tick(150);
    a.receive(C, new AppendRejected(a.node.term(), 4, 0, 1, a.now));
    a.step(new Input.SnapshotSpooled(snapshot));
    assertThat(a.sends()).isNotEmpty();
    return a;
  }

  private static SnapshotStored stored(
      ScriptedNode a, SnapshotInfo snapshot, long nextOffset, boolean unusable) {
    return new SnapshotStored(
        a.node.term(), snapshot.lastIncluded().id(), nextOffset, a.now, unusable);
  }
}
