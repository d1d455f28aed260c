package dev.orchestrator.raft.core;

import static dev.orchestrator.raft.core.ScriptedNode.A;
import static dev.orchestrator.raft.core.ScriptedNode.B;
import static dev.orchestrator.raft.core.ScriptedNode.C;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.RaftMessage.PreVoteRequest;
import dev.orchestrator.raft.core.RaftMessage.TimeoutNow;
import dev.orchestrator.raft.core.RaftMessage.VoteRequest;
import dev.orchestrator.raft.core.RaftMessage.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A member that its driver calls unfit leads nothing, and weakens no quorum (rule T1). */
class FitnessTest {
  private static final long LONG_MILLIS = 10_000;

  @Test
  void unfitLeaderStepsDownInItsTerm() {
    ScriptedNode a = TransferAndReadTest.readyLeader();
    long term = a.node.term();
    a.step(new Input.Fitness(false));
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(a.node.term()).isEqualTo(term);
    assertThat(a.node.quorumContactMillis()).isEmpty();
  }

  @Test
  void unfitMemberDoesNotStandUntilItIsFitAgain() {
    ScriptedNode a = TransferAndReadTest.follower();
    a.step(new Input.Fitness(false));
    a.tick(LONG_MILLIS);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(a.takeTo(C, PreVoteRequest.class)).isEmpty();
    a.step(new Input.Fitness(true));
    a.tick(LONG_MILLIS);
    assertThat(a.node.role()).isEqualTo(RoleName.PRE_CANDIDATE);
  }

  @Test
  void unfitMemberDoesNotTakeALeadershipThatIsHandedToIt() {
    ScriptedNode a = TransferAndReadTest.follower();
    a.step(new Input.Fitness(false));
    a.receive(B, new TimeoutNow(2));
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
  }

  @Test
  void unfitMemberVotesAsEver() {
    ScriptedNode a = ScriptedNode.withLog(1, List.of(A, B, C));
    a.step(new Input.Fitness(false));
    a.tick(LONG_MILLIS);
    a.receive(B, new VoteRequest(a.node.term() + 1, a.node.log().lastId(), false));
    assertThat(a.takeTo(B, VoteResponse.class))
        .hasValueSatisfying(answer -> assertThat(answer.granted()).isTrue());
  }
}
