package dev.orchestrator.raft.core;

import static dev.orchestrator.raft.core.ScriptedNode.A;
import static dev.orchestrator.raft.core.ScriptedNode.B;
import static dev.orchestrator.raft.core.ScriptedNode.C;
import static dev.orchestrator.raft.core.ScriptedNode.D;
import static dev.orchestrator.raft.core.ScriptedNode.E;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.RaftMessage.AppendAccepted;
import dev.orchestrator.raft.core.RaftMessage.PreVoteRequest;
import dev.orchestrator.raft.core.RaftMessage.TimeoutNow;
import dev.orchestrator.raft.core.RaftMessage.VoteRequest;
import dev.orchestrator.raft.core.RaftMessage.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Changes of the membership (§6, thesis §4.2) and rule I5 as tests of one node. */
class MembershipChangeTest {
  private static final List<MemberId> THREE = List.of(A, B, C);
  private static final MemberId C_AGAIN = new MemberId(C.name(), 99);

  @Test
  void section6_whileJointBothMajoritiesAreNeeded() {
    Membership joint = new Membership("cluster", List.of(A, D, E), THREE, List.of());
    assertThat(joint.isQuorum(List.of(A, B))).isFalse();
    assertThat(joint.isQuorum(List.of(D, E, C))).isFalse();
    assertThat(joint.isQuorum(List.of(A, D, B))).isTrue();
    assertThat(joint.quorumValue(member -> member.equals(A) ? 9 : member.equals(B) ? 5 : 1))
        .isEqualTo(1);
    Membership four = new Membership("cluster", List.of(A, B, C, D));
    assertThat(four.isQuorum(List.of(A, B))).isFalse();
    assertThat(four.isQuorum(List.of(A, B, D))).isTrue();
  }

  @Test
  void ruleI5_aWipedMemberIsLearnerThenVoterInPlaceOfItsFormerIncarnation() {
    ScriptedNode a = readyLeader();
    long term = a.node.term();
    assertThat(membership(a).replacement(List.of(B, C_AGAIN))).contains(C_AGAIN);
    a.step(new Input.AddMember(C_AGAIN)); // 3
    assertThat(membership(a))
        .isEqualTo(new Membership("cluster", THREE, List.of(), List.of(C_AGAIN)));
    a.receive(C_AGAIN, new AppendAccepted(term, 3, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(2); // a learner counts for nothing
    a.receive(B, new AppendAccepted(term, 3, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(3);

    keepPace(a, 3);
    List<MemberId> swapped = List.of(A, B, C_AGAIN);
    assertThat(membership(a)).isEqualTo(new Membership("cluster", swapped, THREE, List.of()));
    a.receive(C_AGAIN, new AppendAccepted(term, 4, a.now)); // A and the new one: not of the old
    assertThat(a.node.commitIndex()).isEqualTo(3);
    a.receive(B, new AppendAccepted(term, 4, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(4);

    a.tick(10);
    assertThat(membership(a)).isEqualTo(new Membership("cluster", swapped));
    a.receive(C_AGAIN, new AppendAccepted(term, 5, a.now)); // counts now
    assertThat(a.node.commitIndex()).isEqualTo(5);
    assertThat(membership(a).replacement(swapped)).isEmpty();
  }

  @Test
  void aLearnerThatLagsIsNoVoterYetAndOneThatIsGoneIsGivenUp() {
    ScriptedNode a = readyLeader();
    long term = a.node.term();
    a.step(new Input.AddMember(C_AGAIN));
    a.receive(B, new AppendAccepted(term, 3, a.now));
    for (int i = 0; i < 50; i++) {
      a.tick(100);
      a.receive(B, new AppendAccepted(term, 3, a.now));
    }
    assertThat(membership(a).learners()).containsExactly(C_AGAIN);
    for (int i = 0; i < 15; i++) {
      a.tick(100);
      a.receive(B, new AppendAccepted(term, 3, a.now));
    }
    assertThat(membership(a)).isEqualTo(new Membership("cluster", THREE));
  }

  @Test
  void oneChangeAtATimeAndNoneBeforeTheNoOpIsCommitted() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.receive(C, a.append(1, new LogId(1, 1), 1));
    assertThat(a.node.commitIndex()).isEqualTo(1);
    a.elect(B);
    a.step(new Input.AddMember(D));
    assertThat(membership(a).isSettled()).isTrue(); // its NoOp is not committed
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    a.step(new Input.AddMember(D));
    a.step(new Input.AddMember(E));
    a.step(new Input.RemoveMember(B.name()));
    assertThat(membership(a)).isEqualTo(new Membership("cluster", THREE, List.of(), List.of(D)));
  }

  @Test
  void section6_aMembershipThatIsCutFromTheLogIsUsedNoMore() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    Membership joint = new Membership("cluster", List.of(A, B), THREE, List.of());
    LogEntry change = new LogEntry.MembershipChange(new LogId(2, 2), joint);
    a.receive(B, a.append(2, new LogId(1, 1), 0, change));
    assertThat(membership(a)).isEqualTo(joint);
    a.receive(C, a.append(3, new LogId(1, 1), 0, ScriptedNode.command(3, 2)));
    assertThat(membership(a)).isEqualTo(new Membership("cluster", THREE));
  }

  @Test
  void section6_aNewLeaderGoesOnWithTheChange() {
    ScriptedNode a =
        new ScriptedNode(
            new HardState(1, null),
            List.of(
                new LogEntry.MembershipChange(
                    new LogId(1, 1), new Membership("cluster", List.of(A, B), THREE, List.of()))),
            RaftLimits.DEFAULT);
    a.elect(B);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    a.tick(10);
    assertThat(membership(a).isJoint()).isTrue(); // not committed in this term yet
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    a.tick(10);
    assertThat(membership(a)).isEqualTo(new Membership("cluster", List.of(A, B)));
    assertThat(a.node.takesMembershipChange()).isFalse(); // settled, but not committed
  }

  @Test
  void section6_votesOfOneSideDoNotElectWhileJoint() {
    ScriptedNode a =
        new ScriptedNode(
            new HardState(1, null),
            List.of(
                new LogEntry.MembershipChange(
                    new LogId(1, 1),
                    new Membership("cluster", List.of(A, D, E), THREE, List.of()))),
            RaftLimits.DEFAULT);
    a.elect(D, E);
    assertThat(a.node.role()).isEqualTo(RoleName.PRE_CANDIDATE);
    a.elect(B);
    a.receive(D, new VoteResponse(a.node.term(), true));
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
  }

  @Test
  void section6_aRemovedLeaderLeadsUntilItsRemovalIsCommittedAndDoesNotCountItself() {
    ScriptedNode a = readyLeader();
    long term = a.node.term();
    a.receive(C, new AppendAccepted(term, 2, a.now));
    a.step(new Input.RemoveMember(A.name())); // 3, joint
    a.receive(B, new AppendAccepted(term, 3, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(2); // B alone is no majority of B and C
    a.receive(C, new AppendAccepted(term, 3, a.now));
    a.tick(10); // 4, the new voters alone
    assertThat(membership(a)).isEqualTo(new Membership("cluster", List.of(B, C)));
    a.receive(B, new AppendAccepted(term, 4, a.now));
    a.tick(10);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    a.receive(C, new AppendAccepted(term, 4, a.now));
    a.take();
    a.tick(10);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(a.take()).extracting(Ready.Outbound::message).contains(new TimeoutNow(term));
    a.tick(5_000);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER); // and never asks for votes again
  }

  /** The others may be unable to elect anybody without the log of the removed leader. */
  @Test
  void thesis422_aRemovedMemberStandsAsLongAsItsRemovalMayBeUncommitted() {
    Membership joint = new Membership("cluster", List.of(B), List.of(A, B), List.of());
    Membership removed = new Membership("cluster", List.of(B));
    ScriptedNode a =
        new ScriptedNode(
            new HardState(1, null),
            List.of(
                new LogEntry.MembershipChange(new LogId(1, 1), joint),
                new LogEntry.MembershipChange(new LogId(1, 2), removed)),
            RaftLimits.DEFAULT);
    a.receive(B, new PreVoteRequest(2, new LogId(1, 2)));
    assertThat(a.takeTo(B)).contains(new RaftMessage.PreVoteResponse(2, true));
    a.elect(B);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    a.receive(B, new AppendAccepted(a.node.term(), 3, a.now));
    a.tick(10);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    a.take();
    a.tick(10_000);
    assertThat(a.take()).isEmpty();
  }

  @Test
  void nothingIsRemovedThatLeavesNoReachableMajority() {
    ScriptedNode a = readyLeader(); // C has never been heard
    a.tick(900);
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    a.step(new Input.RemoveMember(B.name()));
    assertThat(membership(a)).isEqualTo(new Membership("cluster", THREE));

    ScriptedNode alone = ScriptedNode.withLog(1, List.of(A));
    alone.elect();
    alone.tick(10);
    alone.step(new Input.RemoveMember(A.name()));
    assertThat(membership(alone).voters()).containsExactly(A);
  }

  @Test
  void whoIsNoVoterNeitherCampaignsNorLets() {
    ScriptedNode learner =
        new ScriptedNode(
            new HardState(1, null),
            List.of(
                new LogEntry.MembershipChange(
                    new LogId(1, 1),
                    new Membership("cluster", List.of(B, C), List.of(), List.of(A)))),
            RaftLimits.DEFAULT);
    learner.tick(10_000);
    assertThat(learner.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(learner.take()).isEmpty();
    // The candidate may know already that the learner is a voter.
    learner.receive(B, new PreVoteRequest(2, new LogId(1, 2)));
    learner.receive(B, new VoteRequest(2, new LogId(1, 2), false));
    assertThat(learner.takeTo(B)).contains(new VoteResponse(2, true));

    ScriptedNode removed = ScriptedNode.withLog(1, List.of(B, C));
    removed.tick(10_000);
    assertThat(removed.take()).isEmpty();
  }

  /** Lets heartbeats pass that B and the new C answer. */
  private static void keepPace(ScriptedNode a, long index) {
    for (int i = 0; i < 40 && !membership(a).isJoint(); i++) {
      a.tick(10);
      a.receive(B, new AppendAccepted(a.node.term(), index, a.now));
      a.receive(C_AGAIN, new AppendAccepted(a.node.term(), index, a.now));
    }
  }

  private static Membership membership(ScriptedNode a) {
    return a.node.membership().orElseThrow();
  }

  /** Leader of three whose NoOp 2 is on B and committed. */
  private static ScriptedNode readyLeader() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.elect(B);
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(2);
    a.take();
    return a;
  }
}
