package dev.orchestrator.raft.core;

import static dev.orchestrator.raft.core.ScriptedNode.A;
import static dev.orchestrator.raft.core.ScriptedNode.B;
import static dev.orchestrator.raft.core.ScriptedNode.C;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.RaftMessage.AppendAccepted;
import dev.orchestrator.raft.core.RaftMessage.AppendEntries;
import dev.orchestrator.raft.core.RaftMessage.TimeoutNow;
import dev.orchestrator.raft.core.RaftMessage.VoteRequest;
import dev.orchestrator.raft.core.RaftMessage.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leadership transfer (thesis §3.10) and ReadIndex (§8, thesis §6.4) as tests of one node. */
class TransferAndReadTest {
  private static final List<MemberId> THREE = List.of(A, B, C);

  // Leadership transfer

  @Test
  void thesis310_leaderBringsTheSuccessorUpToDateBeforeItTellsItToStand() {
    ScriptedNode a = readyLeader();
    long term = a.node.term();
    a.propose(1); // index 3
    a.step(new Input.TransferLeadership(C, 1_000));
    assertThat(a.takeTo(C, TimeoutNow.class)).isEmpty();
    a.receive(B, new AppendAccepted(term, 3, a.now)); // committed, but C lacks it
    assertThat(a.takeTo(C, TimeoutNow.class)).isEmpty();
    a.receive(C, new AppendAccepted(term, 3, a.now));
    assertThat(a.takeTo(C, TimeoutNow.class)).contains(new TimeoutNow(term));
  }

  @Test
  void thesis310_leaderStopsTakingProposalsAndGoesOnIfNothingComesOfIt() {
    ScriptedNode a = readyLeader();
    a.step(new Input.TransferLeadership(C, 300));
    a.propose(1);
    assertThat(a.replies.getLast()).isEqualTo(new Ready.Reply.Overloaded(1));
    assertThat(a.node.isHandingOver()).isTrue();
    a.tick(300);
    assertThat(a.node.isHandingOver()).isFalse();
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    a.propose(2);
    assertThat(a.replies.getLast()).isInstanceOf(Ready.Reply.Appended.class);
  }

  /** Rule L1: others ignore the lease from now on, so it must not count here any more. */
  @Test
  void theOldLeaderHasSteppedDownWhenItTellsTheSuccessorToStand() {
    ScriptedNode a = readyLeader();
    a.step(new Input.TransferLeadership(null, 1_000)); // B has most
    assertThat(a.takeTo(B, TimeoutNow.class)).isPresent();
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(a.node.quorumContactMillis()).isEmpty();
    assertThat(a.node.noOpIndex()).isEmpty();
  }

  @Test
  void thesis310_successorStandsAtOnceWithoutPreVoteAndPastTheLease() {
    ScriptedNode a = follower();
    a.receive(B, new TimeoutNow(2));
    assertThat(a.node.role()).isEqualTo(RoleName.CANDIDATE);
    assertThat(a.takeTo(C)).containsExactly(new VoteRequest(3, new LogId(1, 1), true));
  }

  @Test
  void onlyTheLeaderOfThisTermMayHurryAMember() {
    ScriptedNode a = follower();
    a.receive(C, new TimeoutNow(2)); // not the leader
    a.receive(B, new TimeoutNow(1)); // of an older term
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(a.node.term()).isEqualTo(2);
    a.receive(B, new TimeoutNow(3)); // of a term whose leader it does not know
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
  }

  @Test
  void theLeaseYieldsToATransferOnly() {
    ScriptedNode a = follower();
    a.receive(C, new VoteRequest(3, new LogId(1, 1), false));
    assertThat(a.take()).isEmpty();
    a.receive(C, new VoteRequest(3, new LogId(1, 1), true));
    assertThat(a.takeTo(C)).containsExactly(new VoteResponse(3, true));
  }

  @Test
  void nobodyToHandOverTo() {
    ScriptedNode a = readyLeader();
    a.step(new Input.TransferLeadership(new MemberId("c", 99), 1_000)); // another incarnation
    assertThat(a.node.isHandingOver()).isFalse();
    a.step(new Input.TransferLeadership(A, 1_000));
    assertThat(a.node.isHandingOver()).isFalse();
  }

  // ReadIndex

  @Test
  void thesis64_readNeedsAnAnswerToAMessageSentAfterIt() {
    ScriptedNode a = readyLeader();
    long term = a.node.term();
    a.step(new Input.Read(7));
    long askedAt = a.now;
    a.receive(B, new AppendAccepted(term, 2, askedAt)); // may have been sent before the question
    assertThat(a.reads).isEmpty();
    a.take();
    a.tick(10);
    AppendEntries round = a.takeTo(B, AppendEntries.class).orElseThrow();
    assertThat(round.sentAtMillis()).isGreaterThan(askedAt);
    a.receive(B, new AppendAccepted(term, 2, round.sentAtMillis()));
    assertThat(a.reads).containsExactly(new Ready.ReadAnswer.Confirmed(7, 2));
  }

  @Test
  void section8_readWaitsForTheNoOpOfTheTerm() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE, 1, 1); // 1/2 and 1/3 may be committed
    a.elect(B);
    long term = a.node.term();
    a.step(new Input.Read(1));
    a.tick(10);
    a.receive(B, new AppendAccepted(term, 3, a.now));
    assertThat(a.reads).isEmpty(); // the leadership is proven, the commit index is not
    a.receive(B, new AppendAccepted(term, 4, a.now));
    assertThat(a.reads).containsExactly(new Ready.ReadAnswer.Confirmed(1, 4));
  }

  @Test
  void readsEndWithTheLeadership() {
    ScriptedNode a = readyLeader();
    a.step(new Input.Read(1));
    a.receive(C, new VoteResponse(a.node.term() + 1, false)); // a higher term
    assertThat(a.reads).containsExactly(new Ready.ReadAnswer.NotLeader(1));
    a.step(new Input.Read(2));
    assertThat(a.reads).contains(new Ready.ReadAnswer.NotLeader(2));
  }

  @Test
  void readsThatWaitAreBounded() {
    RaftLimits small = new RaftLimits(1_000, 8, 10_000, 2, 10_000, 0);
    LogEntry membership =
        new LogEntry.MembershipChange(new LogId(1, 1), new Membership("cluster", THREE));
    ScriptedNode a = new ScriptedNode(new HardState(1, null), List.of(membership), small);
    a.elect(B);
    a.step(new Input.Read(1));
    a.step(new Input.Read(2));
    a.step(new Input.Read(3));
    assertThat(a.reads).containsExactly(new Ready.ReadAnswer.Overloaded(3));
  }

  @Test
  void aMemberAloneReadsAfterOneTick() {
    ScriptedNode a = ScriptedNode.withLog(1, List.of(A));
    a.elect();
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    a.step(new Input.Read(1));
    a.tick(10);
    assertThat(a.reads).containsExactly(new Ready.ReadAnswer.Confirmed(1, 2));
  }

  /** Leader of three whose NoOp 2 is on B and committed; C has not answered. */
  static ScriptedNode readyLeader() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.elect(B);
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(2);
    a.take();
    return a;
  }

  /** Follower of B in term 2 that has just heard it. */
  static ScriptedNode follower() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.receive(B, a.append(2, new LogId(1, 1), 0));
    a.take();
    return a;
  }
}
