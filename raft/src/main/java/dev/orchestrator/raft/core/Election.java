package dev.orchestrator.raft.core;

/**
 * How a leader is found: pre-vote (thesis §9.6), votes (§5.2, §5.4.1), and who may give and ask for
 * them. Both sides of both messages. Confined to its node's thread.
 */
final class Election {
  /** A member without a fit state lets so many election timeouts pass before it stands. */
  private static final int UNFIT_TIMEOUTS = 4;

  /** The same for one that could make do with its state. */
  private static final int SUSPECT_TIMEOUTS = 2;

  private final NodeState state;

  Election(NodeState state) {
    this.state = state;
  }

  // Asking

  /** No leader was heard for an election timeout: asks whether an election could be won. */
  void campaign() {
    state.timer.reset(state.nowMillis);
    Membership membership = state.membership();
    if (membership == null || !mayBeNeeded() || !state.backendWorks || !mayStand()) {
      return;
    }
    Role.PreCandidate preCandidate = new Role.PreCandidate();
    preCandidate.granted().add(state.self);
    state.role = preCandidate;
    state.timer.askAgainSoon(state.nowMillis);
    RaftMessage request = new RaftMessage.PreVoteRequest(state.term() + 1, state.log.lastId());
    for (MemberId voter : membership.electors()) {
      if (!voter.equals(state.self)) {
        state.send(voter, request);
      }
    }
    becomeCandidateIfPreVoted(preCandidate);
  }

  /**
   * A member whose state is unfit leaves it to others to lead, but its log may be the only one with
   * which anybody can: after a while it stands so as to hand its log, and then the leadership, on.
   */
  private boolean mayStand() {
    if (state.fit.isFit()) {
      return true;
    }
    state.timeoutsUnfit++;
    return state.timeoutsUnfit > (state.fit.isSuspect() ? SUSPECT_TIMEOUTS : UNFIT_TIMEOUTS);
  }

  private void becomeCandidateIfPreVoted(Role.PreCandidate preCandidate) {
    Membership membership = state.membership();
    if (membership != null && membership.isQuorum(preCandidate.granted())) {
      becomeCandidate(membership, false);
    }
  }

  /**
   * Stands for election in a new term.
   *
   * @param leadershipTransfer whether its leader wants it to, so that others may leave that leader
   */
  void becomeCandidate(Membership membership, boolean leadershipTransfer) {
    state.disk.setHardState(new HardState(state.term() + 1, state.self));
    state.role = new Role.Candidate(state.disk.hardStateSequence());
    state.timer.reset(state.nowMillis);
    RaftMessage request =
        new RaftMessage.VoteRequest(state.term(), state.log.lastId(), leadershipTransfer);
    for (MemberId voter : membership.electors()) {
      if (!voter.equals(state.self)) {
        state.promise(voter, request); // the vote for itself comes first, on disk
      }
    }
  }

  void onPreVoteResponse(MemberId voter, RaftMessage.PreVoteResponse response) {
    if (state.role instanceof Role.PreCandidate preCandidate
        && response.granted()
        && response.term() == state.term() + 1) {
      preCandidate.granted().add(voter);
      becomeCandidateIfPreVoted(preCandidate);
    }
  }

  void onVoteResponse(MemberId voter, RaftMessage.VoteResponse response) {
    if (state.role instanceof Role.Candidate candidate
        && response.granted()
        && response.term() == state.term()) {
      candidate.granted().add(voter);
      becomeLeaderIfElected(candidate);
    }
  }

  /** Something is on disk: its vote for itself counts from then on. */
  void onPersisted() {
    if (state.role instanceof Role.Candidate candidate
        && state.disk.isPersisted(candidate.voteSequence())
        && candidate.granted().add(state.self)) {
      becomeLeaderIfElected(candidate);
    }
  }

  private void becomeLeaderIfElected(Role.Candidate candidate) {
    Membership membership = state.membership();
    if (membership == null || !membership.isQuorum(candidate.granted())) {
      return;
    }
    state.fit.makeDo();
    long nextIndex = state.log.lastIndex() + 1;
    Role.Leader leader = new Role.Leader(nextIndex, state.nowMillis);
    state.role = leader;
    leader.follow(membership, state.self, nextIndex, state.nowMillis);
    state.append(leader, new LogEntry.NoOp(state.nextId())); // §8
  }

  // Being asked

  /** Receiver of a pre-vote: says what it would do, changes nothing (thesis §9.6). */
  void onPreVoteRequest(MemberId candidate, RaftMessage.PreVoteRequest request) {
    boolean granted =
        mayVote()
            && !hearsLeader()
            && request.term() > state.term()
            && request.lastLog().compareTo(state.log.lastId()) >= 0;
    long answerTerm = granted ? request.term() : state.term();
    state.promise(candidate, new RaftMessage.PreVoteResponse(answerTerm, granted));
  }

  /** RequestVote, receiver side: Figure 2, §5.4.1; a live leader is kept (thesis §4.2.3). */
  void onVoteRequest(MemberId candidate, RaftMessage.VoteRequest request) {
    if (hearsLeader() && !request.leadershipTransfer()) {
      return; // no answer, and above all no new term: a rejoining node must not depose a leader
    }
    if (request.term() > state.term()) {
      state.becomeFollower(request.term(), null);
    }
    MemberId votedFor = state.disk.hardState().votedFor();
    boolean free = votedFor == null || votedFor.equals(candidate);
    boolean upToDate = request.lastLog().compareTo(state.log.lastId()) >= 0;
    boolean granted = mayVote() && request.term() == state.term() && free && upToDate;
    if (granted && votedFor == null) {
      state.disk.setHardState(new HardState(state.term(), candidate));
      state.role = new Role.Follower(null);
      state.timer.reset(state.nowMillis);
    }
    state.promise(candidate, new RaftMessage.VoteResponse(state.term(), granted));
  }

  private boolean hearsLeader() {
    return state.role instanceof Role.Leader || state.timer.holdsOnToLeader(state.nowMillis);
  }

  /**
   * A node that the newest membership does not name must not vote; an empty one may, since its vote
   * counts only for who knows it as a voter. So may a learner: the candidate may know already that
   * it has become a voter (thesis §4.2.2).
   */
  private boolean mayVote() {
    Membership membership = state.membership();
    return membership == null || membership.everybody().contains(state.self) || mayBeNeeded();
  }

  /**
   * Whether this member is a voter, or its removal may not be committed yet: then it may be the one
   * without whose log nobody can be elected (thesis §4.2.2).
   */
  private boolean mayBeNeeded() {
    boolean removalOpen = state.log.membershipIndex() > state.commitIndex;
    return state.isVoter(state.self)
        || (removalOpen
            && state
                .log
                .previousMembership()
                .filter(before -> before.isVoter(state.self))
                .isPresent());
  }
}
