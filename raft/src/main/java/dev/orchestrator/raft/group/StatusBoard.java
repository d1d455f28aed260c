package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RoleName;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the member shows of itself. Written by the loop's turns only, read by every thread;
 * listeners and counters are told of what changes.
 */
final class StatusBoard {
  private static final Logger log = LoggerFactory.getLogger(StatusBoard.class);

  /** Times that leader-check needs, published with the status. */
  record QuorumContact(boolean leads, long contactMillis) {}

  private final RaftNode node;
  private final ChangeNotifier notifier;
  private final MemberMetrics metrics;
  private @Nullable Membership namedMembership;
  private List<String> voterNames = List.of();
  private volatile RaftStatus status;
  private volatile QuorumContact contact = new QuorumContact(false, 0);

  StatusBoard(RaftNode node, ChangeNotifier notifier, MemberMetrics metrics) {
    this.node = node;
    this.notifier = notifier;
    this.metrics = metrics;
    this.status = statusNow(node.commitIndex(), List.of());
  }

  /** As of the end of the latest turn. */
  RaftStatus status() {
    return status;
  }

  QuorumContact contact() {
    return contact;
  }

  /** An abdication shows here before the successor can learn of it. */
  void publishContact() {
    boolean leads = node.role() == RoleName.LEADER;
    long millis = node.quorumContactMillis().orElse(0L);
    QuorumContact before = contact;
    if (before.leads() != leads || before.contactMillis() != millis) {
      contact = new QuorumContact(leads, millis);
    }
  }

  /**
   * Shows what has changed.
   *
   * @param waitingFor what this member waits for before it can take part
   * @return whether this member led until now
   */
  boolean publish(long appliedIndex, List<String> waitingFor) {
    RaftStatus before = status;
    RaftStatus now = statusNow(appliedIndex, waitingFor);
    if (now.equals(before)) {
      return false;
    }
    status = now;
    metrics.changed(before, now);
    if (before.role() != now.role()
        || before.term() != now.term()
        || before.leaderReady() != now.leaderReady()
        || !before.leader().equals(now.leader())) {
      log.info(
          "now {} term={} leader={} ready={} last={} commit={}",
          now.role(),
          now.term(),
          now.leader().map(MemberId::toString).orElse("none"),
          now.leaderReady(),
          now.lastIndex(),
          now.commitIndex());
      notifier.changed(now);
    }
    return before.role() == RoleName.LEADER
        && (now.role() != RoleName.LEADER || now.term() != before.term());
  }

  private RaftStatus statusNow(long appliedIndex, List<String> waitingFor) {
    Optional<Membership> membership = node.membership();
    return new RaftStatus(
        node.self(),
        node.role(),
        node.term(),
        node.leader(),
        membership.map(this::voterNames).orElse(List.of()),
        membership.map(Membership::clusterId),
        node.commitIndex(),
        appliedIndex,
        node.log().lastIndex(),
        node.noOpIndex().filter(noOp -> noOp <= appliedIndex).isPresent(),
        node.isVoter(),
        waitingFor,
        node.log().firstIndex(),
        node.snapshotProgress());
  }

  /** Worked out once for each membership, not at each turn. */
  private List<String> voterNames(Membership membership) {
    if (!membership.equals(namedMembership)) {
      namedMembership = membership;
      voterNames = membership.voters().stream().map(MemberId::name).toList();
    }
    return voterNames;
  }

  /** From now on this member leads nothing, follows nobody and votes for nobody. */
  void stopped() {
    RaftStatus last = status;
    contact = new QuorumContact(false, 0);
    RaftStatus ended =
        new RaftStatus(
            last.self(),
            RoleName.FOLLOWER,
            last.term(),
            Optional.empty(),
            last.voters(),
            last.clusterId(),
            last.commitIndex(),
            last.appliedIndex(),
            last.lastIndex(),
            false,
            false,
            List.of("this member has stopped"),
            last.firstIndex(),
            List.of());
    status = ended;
    notifier.changed(ended);
  }
}
