package dev.orchestrator.raft.core;

import static dev.orchestrator.raft.core.ScriptedNode.A;
import static dev.orchestrator.raft.core.ScriptedNode.B;
import static dev.orchestrator.raft.core.ScriptedNode.C;
import static dev.orchestrator.raft.core.ScriptedNode.D;
import static dev.orchestrator.raft.core.ScriptedNode.E;
import static dev.orchestrator.raft.core.ScriptedNode.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.RaftMessage.AppendAccepted;
import dev.orchestrator.raft.core.RaftMessage.AppendEntries;
import dev.orchestrator.raft.core.RaftMessage.AppendRejected;
import dev.orchestrator.raft.core.RaftMessage.PreVoteRequest;
import dev.orchestrator.raft.core.RaftMessage.PreVoteResponse;
import dev.orchestrator.raft.core.RaftMessage.VoteRequest;
import dev.orchestrator.raft.core.RaftMessage.VoteResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sentences of the paper (extended version) as tests of one node. */
class RaftPaperTest {
  private static final List<MemberId> THREE = List.of(A, B, C);
  private static final List<MemberId> FIVE = List.of(A, B, C, D, E);

  // Elections, §5.2 and §5.4.1

  @Test
  void section52_votesForAtMostOneCandidatePerTerm() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.receive(B, new VoteRequest(2, new LogId(1, 1), false));
    assertThat(a.takeTo(B)).containsExactly(new VoteResponse(2, true));
    a.receive(C, new VoteRequest(2, new LogId(1, 1), false));
    assertThat(a.takeTo(C)).containsExactly(new VoteResponse(2, false));
    a.receive(B, new VoteRequest(2, new LogId(1, 1), false)); // the answer may have been lost
    assertThat(a.takeTo(B)).containsExactly(new VoteResponse(2, true));
  }

  @Test
  void figure2_voteIsAnsweredOnlyOnceItIsOnDisk() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.syncsAtOnce = false;
    a.receive(B, new VoteRequest(2, new LogId(1, 1), false));
    assertThat(a.take()).isEmpty();
    assertThat(a.unsynced)
        .singleElement()
        .extracting(Ready.Write::hardState)
        .isEqualTo(new HardState(2, B));
    a.receive(B, new VoteRequest(2, new LogId(1, 1), false)); // nor when asked once more
    assertThat(a.take()).isEmpty();
    a.sync();
    assertThat(a.takeTo(B)).contains(new VoteResponse(2, true));
  }

  @Test
  void section52_candidateVotesForItselfOnDiskBeforeItAsks() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.syncsAtOnce = false;
    a.elect(B);
    assertThat(a.node.role()).isEqualTo(RoleName.CANDIDATE); // B's vote came, its own is not safe
    assertThat(a.take())
        .extracting(Ready.Outbound::message)
        .noneMatch(VoteRequest.class::isInstance);
    a.sync();
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 3, false",
    "1, 9, false",
    "2, 2, false",
    "2, 3, true",
    "2, 4, true",
    "3, 1, true"
  })
  void section541_refusesACandidateWhoseLogIsLessUpToDate(long term, long index, boolean granted) {
    ScriptedNode a = ScriptedNode.withLog(3, THREE, 1, 2); // ends with 2/3
    a.receive(B, new VoteRequest(4, new LogId(term, index), false));
    assertThat(a.takeTo(B)).containsExactly(new VoteResponse(4, granted));
  }

  @Test
  void section52_oldTermIsRefused() {
    ScriptedNode a = ScriptedNode.withLog(5, THREE);
    a.receive(B, new VoteRequest(4, new LogId(4, 9), false));
    assertThat(a.takeTo(B)).containsExactly(new VoteResponse(5, false));
  }

  @Test
  void section52_majorityOfVotesIsNeeded() {
    ScriptedNode a = ScriptedNode.withLog(1, FIVE);
    a.elect(B, C);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);

    ScriptedNode alone = ScriptedNode.withLog(1, FIVE);
    alone.elect(B, C, D);
    assertThat(alone.node.role()).isEqualTo(RoleName.LEADER);

    ScriptedNode short1 = ScriptedNode.withLog(1, FIVE);
    short1.elect(B, B, B); // one vote is one vote, however often it is said
    assertThat(short1.node.role()).isEqualTo(RoleName.PRE_CANDIDATE);
  }

  @Test
  void section52_twoOfFiveVotesAreNotEnough() {
    ScriptedNode a = ScriptedNode.withLog(1, FIVE);
    becomeCandidate(a);
    a.receive(B, new VoteResponse(a.node.term(), true));
    a.receive(B, new VoteResponse(a.node.term(), true));
    assertThat(a.node.role()).isEqualTo(RoleName.CANDIDATE);
    a.receive(C, new VoteResponse(a.node.term() - 1, true)); // of another term
    assertThat(a.node.role()).isEqualTo(RoleName.CANDIDATE);
    a.receive(new MemberId("c", 99), new VoteResponse(a.node.term(), true)); // wiped
    assertThat(a.node.role()).isEqualTo(RoleName.CANDIDATE);
    a.receive(C, new VoteResponse(a.node.term(), true));
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
  }

  @Test
  void section52_candidateFollowsALeaderOfItsTerm() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    becomeCandidate(a);
    long term = a.node.term();
    a.receive(B, a.append(term, new LogId(1, 1), 0));
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(a.node.leader()).contains(B);
    assertThat(a.node.hardState()).isEqualTo(new HardState(term, A)); // the vote stays
  }

  @Test
  void section51_leaderOfAnOldTermStepsDown() {
    ScriptedNode a = leaderOfThree();
    a.receive(B, new AppendRejected(9, 0, 0, 0, a.now));
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(a.node.term()).isEqualTo(9);
  }

  @Test
  void thesis96_preVoteChangesNothingAndIsRefusedWhileALeaderIsHeard() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.receive(B, new PreVoteRequest(2, new LogId(1, 1)));
    assertThat(a.takeTo(B)).containsExactly(new PreVoteResponse(2, true));
    assertThat(a.node.hardState()).isEqualTo(new HardState(1, null));

    a.receive(C, a.append(1, new LogId(1, 1), 0));
    a.take();
    a.receive(B, new PreVoteRequest(2, new LogId(1, 1)));
    assertThat(a.takeTo(B)).containsExactly(new PreVoteResponse(1, false));
  }

  @Test
  void thesis423_aLiveLeaderIsNotDeposedByAVoteRequest() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.receive(C, a.append(1, new LogId(1, 1), 0));
    a.take();
    a.receive(B, new VoteRequest(7, new LogId(1, 1), false));
    assertThat(a.take()).isEmpty();
    assertThat(a.node.term()).isEqualTo(1);
    a.receive(B, new VoteRequest(7, new LogId(1, 1), true)); // unless the leader wished it
    assertThat(a.takeTo(B)).containsExactly(new VoteResponse(7, true));
  }

  @Test
  void restartedMemberKeepsTheLeaseItMayHaveGrantedBefore() {
    RaftLog log = leaderLog();
    RaftNode a =
        new RaftNode(
            A,
            RaftTimings.DEFAULT,
            RaftLimits.DEFAULT,
            new HardState(1, null),
            log,
            LogId.ZERO,
            0,
            42);
    a.step(new Input.Tick(700));
    a.step(new Input.Receive(B, new VoteRequest(2, new LogId(1, 1), false)));
    assertThat(a.term()).isEqualTo(1);
    a.step(new Input.Tick(760));
    a.step(new Input.Receive(B, new VoteRequest(2, new LogId(1, 1), false)));
    assertThat(a.hardState()).isEqualTo(new HardState(2, B));
  }

  @Test
  void section52_quorumIsMoreThanHalf() {
    assertThat(new Membership("c", List.of(A)).quorumSize()).isEqualTo(1);
    assertThat(new Membership("c", List.of(A, B)).quorumSize()).isEqualTo(2);
    assertThat(new Membership("c", THREE).quorumSize()).isEqualTo(2);
    assertThat(new Membership("c", List.of(A, B, C, D)).quorumSize()).isEqualTo(3);
    assertThat(new Membership("c", FIVE).quorumSize()).isEqualTo(3);
  }

  @Test
  void closedConnectionHurriesAPreVoteOnly() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.receive(C, a.append(1, new LogId(1, 1), 0));
    a.step(new Input.PeerLost(B)); // not the leader
    a.tick(300);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    a.step(new Input.PeerLost(C));
    a.tick(180);
    assertThat(a.node.role()).isEqualTo(RoleName.PRE_CANDIDATE);
    assertThat(a.node.term()).isEqualTo(1);
    a.receive(C, a.append(1, new LogId(1, 1), 0)); // it lives
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
  }

  @Test
  void thesis62_leaderWithoutAMajorityStepsDown() {
    ScriptedNode a = leaderOfThree();
    a.tick(1_400);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    a.tick(200);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    assertThat(a.node.leader()).isEmpty();
  }

  @Test
  void quorumContactCountsFromTheTimeOfSending() {
    ScriptedNode a = leaderOfThree();
    long sentAt = a.now;
    a.tick(400);
    a.receive(B, new AppendAccepted(a.node.term(), 2, sentAt));
    assertThat(a.node.quorumContactMillis()).contains(sentAt);
    a.receive(C, new AppendAccepted(a.node.term(), 2, a.now + 5_000)); // we never sent that
    assertThat(a.node.quorumContactMillis()).contains(sentAt);
  }

  @Test
  void nodeOutsideTheMembershipNeitherCampaignsNorVotes() {
    ScriptedNode a = ScriptedNode.withLog(1, List.of(new MemberId("a", 77), B, C));
    a.tick(5_000);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    a.receive(B, new VoteRequest(2, new LogId(1, 1), false));
    assertThat(a.takeTo(B)).containsExactly(new VoteResponse(2, false));
    a.receive(B, new PreVoteRequest(3, new LogId(1, 1)));
    assertThat(a.takeTo(B)).containsExactly(new PreVoteResponse(2, false));
  }

  @Test
  void emptyNodeVotesAndFollowsButNeverCampaigns() {
    ScriptedNode a = ScriptedNode.empty();
    a.tick(5_000);
    assertThat(a.node.role()).isEqualTo(RoleName.FOLLOWER);
    a.receive(B, new VoteRequest(2, new LogId(1, 1), false));
    assertThat(a.takeTo(B)).containsExactly(new VoteResponse(2, true));
    LogEntry membership =
        new LogEntry.MembershipChange(new LogId(1, 1), new Membership("cluster", THREE));
    a.receive(B, a.append(2, LogId.ZERO, 0, membership));
    assertThat(a.node.isVoter()).isTrue();
    assertThat(a.takeTo(B)).containsExactly(new AppendAccepted(2, 1, a.now));
  }

  @Test
  void bootstrapNeedsAnEmptyLog() {
    ScriptedNode a = ScriptedNode.empty();
    a.step(new Input.Bootstrap(new Membership("cluster", List.of(A))));
    assertThat(a.node.isEmpty()).isFalse();
    a.step(new Input.Bootstrap(new Membership("other", List.of(A))));
    assertThat(a.node.membership().orElseThrow().clusterId()).isEqualTo("cluster");
    a.tick(2_000);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    assertThat(a.node.commitIndex()).isEqualTo(2); // its NoOp
  }

  // Replication, §5.3

  @Test
  void figure7_followersInEveryStateOfTheirLogsEndWithTheLeaders() {
    long[] leader = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
    long[][] followers = {
      {1, 1, 1, 4, 4, 5, 5, 6, 6}, // a
      {1, 1, 1, 4}, // b
      {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6}, // c
      {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7}, // d
      {1, 1, 1, 4, 4, 4, 4}, // e
      {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3} // f
    };
    for (long[] follower : followers) {
      ScriptedNode f = ScriptedNode.withLog(7, List.of(A, B), follower);
      RaftLog leaderLog = leaderLog(leader);
      // A leader of term 8 that has added one entry; node a plays the follower here.
      int rounds = 0;
      long next = leaderLog.lastIndex() + 1;
      leaderLog.append(command(8, leaderLog.lastIndex() + 1));
      while (true) {
        LogId prev = new LogId(leaderLog.termAt(next - 1), next - 1);
        List<LogEntry> rest = leaderLog.read(next, leaderLog.lastIndex(), Integer.MAX_VALUE);
        f.receive(B, new AppendEntries(8, prev, rest, 0, f.now));
        List<RaftMessage> answers = f.takeTo(B);
        assertThat(++rounds).isLessThan(6);
        if (answers.getLast() instanceof AppendRejected rejected) {
          long hint =
              rejected.conflictTerm() == 0
                  ? rejected.conflictIndex()
                  : leaderLog
                      .lastIndexOfTerm(rejected.conflictTerm())
                      .map(last -> last + 1)
                      .orElse(rejected.conflictIndex());
          assertThat(hint).isLessThan(next);
          next = hint;
        } else {
          break;
        }
      }
      assertThat(f.terms()).containsExactly(1L, 1L, 1L, 1L, 4L, 4L, 5L, 5L, 6L, 6L, 6L, 8L);
    }
  }

  @Test
  void section53_leaderBacksUpByWholeTerms() {
    ScriptedNode a = ScriptedNode.withLog(8, THREE, 1, 1, 1, 4, 4, 5, 5, 6, 6, 6); // ends 6/11
    a.elect(B);
    LogId first = a.takeTo(C, AppendEntries.class).orElseThrow().prevLog();
    assertThat(first).isEqualTo(new LogId(6, 11));
    // Follower f of Figure 7: terms 2 and 3 are unknown to the leader.
    a.receive(C, new AppendRejected(a.node.term(), 11, 3, 8, a.now));
    assertThat(a.takeTo(C, AppendEntries.class).orElseThrow().prevLog()).isEqualTo(new LogId(5, 7));
    a.receive(C, new AppendRejected(a.node.term(), 7, 2, 5, a.now));
    assertThat(a.takeTo(C, AppendEntries.class).orElseThrow().prevLog()).isEqualTo(new LogId(1, 4));
    a.receive(C, new AppendAccepted(a.node.term(), 12, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(12);
  }

  @Test
  void section53_missingPreviousEntryIsRejectedWithTheEndOfTheLog() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE, 1);
    a.receive(B, a.append(2, new LogId(1, 9), 0));
    assertThat(a.takeTo(B)).containsExactly(new AppendRejected(2, 9, 0, 3, a.now));
  }

  @Test
  void section53_entriesThatMatchAreNeverCut() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.receive(B, a.append(2, new LogId(1, 1), 0, command(2, 2), command(2, 3), command(2, 4)));
    a.receive(B, a.append(2, new LogId(1, 1), 0, command(2, 2))); // an old message comes late
    assertThat(a.terms()).containsExactly(1L, 2L, 2L, 2L);
    assertThat(a.take())
        .extracting(Ready.Outbound::message)
        .containsExactly(new AppendAccepted(2, 4, a.now), new AppendAccepted(2, 2, a.now));
  }

  @Test
  void section53_conflictingEntriesAreCutOnDiskToo() {
    ScriptedNode a = ScriptedNode.withLog(2, THREE, 2, 2, 2);
    a.syncsAtOnce = false;
    a.receive(B, a.append(3, new LogId(1, 1), 0, command(3, 2)));
    assertThat(a.terms()).containsExactly(1L, 3L);
    Ready.Write write = a.unsynced.getLast();
    assertThat(write.truncateFrom()).isEqualTo(2);
    assertThat(write.append()).containsExactly(command(3, 2));
    assertThat(a.node.log().durableIndex()).isEqualTo(1);
  }

  @Test
  void figure2_acknowledgesOnlyWhatIsOnDisk() {
    ScriptedNode a = ScriptedNode.withLog(2, THREE);
    a.syncsAtOnce = false;
    a.receive(B, a.append(2, new LogId(1, 1), 0, command(2, 2)));
    assertThat(a.take()).isEmpty();
    // A heartbeat meanwhile is answered at once, but promises nothing new (rule L5).
    a.receive(B, a.append(2, new LogId(2, 2), 2));
    assertThat(a.takeTo(B)).containsExactly(new AppendAccepted(2, 1, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(2);
    assertThat(a.node.takeCommitted(1 << 20)).extracting(LogEntry::index).containsExactly(1L);
    a.sync();
    assertThat(a.takeTo(B)).containsExactly(new AppendAccepted(2, 2, a.now));
    assertThat(a.node.takeCommitted(1 << 20)).extracting(LogEntry::index).containsExactly(2L);
  }

  @Test
  void writeThatWasOvertakenByACutDoesNotCountAsDurable() {
    ScriptedNode a = ScriptedNode.withLog(2, THREE);
    a.syncsAtOnce = false;
    a.receive(B, a.append(2, new LogId(1, 1), 0, command(2, 2), command(2, 3)));
    long firstWrite = a.unsynced.getLast().sequence();
    a.receive(C, a.append(3, new LogId(1, 1), 0, command(3, 2), command(3, 3)));
    a.step(new Input.Persisted(firstWrite));
    assertThat(a.node.log().durableIndex()).isEqualTo(1);
    a.sync();
    assertThat(a.node.log().durableIndex()).isEqualTo(3);
  }

  @Test
  void figure2_commitIndexOfAFollowerEndsAtTheLastNewEntry() {
    ScriptedNode a = ScriptedNode.withLog(2, THREE, 2, 2); // 2/2 and 2/3 may differ from B's
    a.receive(B, a.append(3, new LogId(1, 1), 3)); // B has committed three, but sent none of them
    assertThat(a.node.commitIndex()).isEqualTo(1);
    a.receive(B, a.append(3, new LogId(1, 1), 3, command(3, 2)));
    assertThat(a.node.commitIndex()).isEqualTo(2);
  }

  @Test
  void section53_leaderCommitsWhatAMajorityHas() {
    ScriptedNode a = ScriptedNode.withLog(1, FIVE);
    a.elect(B, C);
    a.propose(7);
    long term = a.node.term();
    a.receive(B, new AppendAccepted(term, 3, a.now));
    a.receive(B, new AppendAccepted(term, 3, a.now));
    assertThat(a.node.commitIndex()).isZero();
    a.receive(C, new AppendAccepted(term, 2, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(2);
    a.receive(D, new AppendAccepted(term, 3, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(3);
  }

  @Test
  void thesis1021_leaderSendsBeforeItsOwnDiskAndCountsItselfOnlyAfterwards() {
    ScriptedNode a = leaderOfThree();
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(2);
    a.take();
    a.syncsAtOnce = false;
    a.propose(1);
    assertThat(a.takeTo(B, AppendEntries.class).orElseThrow().entries()).hasSize(1);
    a.receive(B, new AppendAccepted(a.node.term(), 3, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(2); // only B has it on disk
    a.sync();
    assertThat(a.node.commitIndex()).isEqualTo(3);
  }

  /** Figure 8: an entry of an older term on a majority may still be overwritten. */
  @Test
  void figure8_entriesOfOlderTermsAreNotCommittedByCounting() {
    ScriptedNode a = ScriptedNode.withLog(3, FIVE, 2); // S1 in (c): 2/2 survived from term 2
    a.syncsAtOnce = true;
    a.elect(B, C); // term 4, NoOp 4/3
    assertThat(a.node.term()).isEqualTo(4);
    a.receive(B, new AppendAccepted(4, 2, a.now));
    a.receive(C, new AppendAccepted(4, 2, a.now));
    assertThat(a.node.commitIndex()).isZero(); // (d): S5 could still overwrite 2/2 everywhere
    a.receive(B, new AppendAccepted(4, 3, a.now));
    a.receive(C, new AppendAccepted(4, 3, a.now));
    assertThat(a.node.commitIndex()).isEqualTo(3); // (e)
  }

  @Test
  void section541_committedEntryIsNeverRemoved() {
    ScriptedNode a = ScriptedNode.withLog(2, THREE);
    a.receive(B, a.append(2, new LogId(1, 1), 2, command(2, 2)));
    assertThatThrownBy(() -> a.receive(C, a.append(3, new LogId(1, 1), 0, command(3, 2))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("committed entry");
  }

  @Test
  void twoLeadersInOneTermAreNoticed() {
    ScriptedNode a = leaderOfThree();
    assertThatThrownBy(() -> a.receive(B, a.append(a.node.term(), new LogId(1, 1), 0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("two leaders");
  }

  // Bounds

  @Test
  void proposalsAreRefusedByNameWhenTooManyWait() {
    RaftLimits small = new RaftLimits(1_000, 8, 10_000, 3, 10_000, 0);
    LogEntry membership =
        new LogEntry.MembershipChange(new LogId(1, 1), new Membership("cluster", THREE));
    ScriptedNode a = new ScriptedNode(new HardState(1, null), List.of(membership), small);
    a.propose(0);
    assertThat(a.replies).containsExactly(new Ready.Reply.NotLeader(0));
    a.elect(B); // the NoOp is the first that waits
    a.propose(1);
    a.propose(2);
    a.propose(3);
    assertThat(a.replies.getLast()).isEqualTo(new Ready.Reply.Overloaded(3));
    a.receive(B, new AppendAccepted(a.node.term(), 4, a.now));
    a.propose(4);
    assertThat(a.replies.getLast())
        .isEqualTo(new Ready.Reply.Appended(4, new LogId(a.node.term(), 5)));
  }

  @Test
  void unansweredAppendsAreBounded() {
    RaftLimits small = new RaftLimits(40, 2, 10_000, 100, 10_000, 0);
    LogEntry membership =
        new LogEntry.MembershipChange(new LogId(1, 1), new Membership("cluster", THREE));
    ScriptedNode a = new ScriptedNode(new HardState(1, null), List.of(membership), small);
    a.elect(B);
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    a.take();
    for (int value = 0; value < 10; value++) {
      a.propose(value);
    }
    assertThat(a.takeTo(B)).hasSize(2);
    a.receive(B, new AppendAccepted(a.node.term(), 3, a.now));
    assertThat(a.takeTo(B)).hasSize(1);
  }

  private static ScriptedNode leaderOfThree() {
    ScriptedNode a = ScriptedNode.withLog(1, THREE);
    a.elect(B);
    assertThat(a.node.role()).isEqualTo(RoleName.LEADER);
    return a;
  }

  private static void becomeCandidate(ScriptedNode a) {
    while (a.node.role() == RoleName.FOLLOWER) {
      a.tick(10);
    }
    for (MemberId voter : List.of(B, C, D)) {
      if (a.node.role() == RoleName.PRE_CANDIDATE) {
        a.receive(voter, new PreVoteResponse(a.node.term() + 1, true));
      }
    }
    assertThat(a.node.role()).isEqualTo(RoleName.CANDIDATE);
  }

  private static RaftLog leaderLog(long... termsFromIndex2) {
    RaftLog log = new RaftLog((_, _, _) -> List.of(), 1 << 20);
    log.append(
        new LogEntry.MembershipChange(new LogId(1, 1), new Membership("cluster", List.of(A, B))));
    for (long term : termsFromIndex2) {
      log.append(command(term, log.lastIndex() + 1));
    }
    return log;
  }
}
