package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.port.Transport.PeerView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of the membership while this member leads: those asked for, and the swap of members that
 * have lost their log (rule I5). One at a time. Confined to raft-loop.
 */
final class MemberChanges {
  private static final Logger log = LoggerFactory.getLogger(MemberChanges.class);
  private static final long SWAP_CHECK_MILLIS = 100;
  private static final int MAX_WAITING = 16;

  private record Waiting(MemberChange change, CompletableFuture<Void> future) {}

  private final List<Waiting> waiting = new ArrayList<>();
  private long nextSwapCheckMillis;

  /** Begins the change, or says why not. */
  void begin(
      RaftNode node, List<PeerView> peers, MemberChange change, CompletableFuture<Void> future) {
    Membership before = node.membership().orElse(null);
    if (node.role() != RoleName.LEADER || before == null) {
      PendingReads.notLeader(future, node.leader());
      return;
    }
    if (!node.takesMembershipChange() || waiting.size() >= MAX_WAITING) {
      refuse(future, "another change is on the way; try again");
      return;
    }
    if (change.isDone(before)) {
      future.complete(null);
      return;
    }
    Optional<Input> input = input(peers, change);
    if (input.isEmpty()) {
      refuse(future, change.name() + " is not a configured member that is connected");
      return;
    }
    node.step(input.get());
    if (node.takesMembershipChange()) {
      refuse(future, "the last voter stays, and a majority of those left must be reachable");
      return;
    }
    log.info("membership change begins {}", change);
    waiting.add(new Waiting(change, future));
  }

  private static Optional<Input> input(List<PeerView> peers, MemberChange change) {
    return switch (change) {
      case MemberChange.Add(String name) ->
          connected(peers).stream()
              .filter(member -> member.name().equals(name))
              .findFirst()
              .map(Input.AddMember::new);
      case MemberChange.Remove(String name) -> Optional.of(new Input.RemoveMember(name));
    };
  }

  /** Swaps in the next member that came back with another incarnation. */
  void swapIn(RaftNode node, List<PeerView> peers) {
    Membership now = node.membership().orElse(null);
    if (now == null) {
      return;
    }
    now.replacement(connected(peers))
        .ifPresent(
            member -> {
              log.info("member {} has lost its log; it is swapped in as soon as it has it", member);
              node.step(new Input.AddMember(member));
            });
  }

  /** Whether it is time to look for members to be swapped in. */
  boolean isSwapCheckDue(RaftNode node, long nowMillis) {
    if (nowMillis < nextSwapCheckMillis || !node.takesMembershipChange()) {
      return false;
    }
    nextSwapCheckMillis = nowMillis + SWAP_CHECK_MILLIS;
    return true;
  }

  private static List<MemberId> connected(List<PeerView> peers) {
    return peers.stream()
        .filter(PeerView::connected)
        .flatMap(peer -> peer.member().stream())
        .toList();
  }

  /** Ends the changes that are through, given up, or that nobody waits for any more. */
  void settle(RaftNode node) {
    if (waiting.isEmpty()) {
      return;
    }
    Membership now = node.membership().orElse(null);
    boolean settled =
        now != null && now.isSettled() && node.commitIndex() >= node.log().membershipIndex();
    for (Waiting each : waiting) {
      if (settled && now != null && each.change().isDone(now)) {
        each.future().complete(null);
      } else if (settled) {
        refuse(each.future(), "the member did not catch up; try again");
      } else if (node.role() != RoleName.LEADER) {
        PendingReads.notLeader(each.future(), node.leader());
      }
    }
    waiting.removeIf(each -> each.future().isDone());
  }

  /** This member stops. */
  void stopped() {
    waiting.forEach(each -> PendingReads.notLeader(each.future(), Optional.empty()));
    waiting.clear();
  }

  private static void refuse(CompletableFuture<Void> future, String reason) {
    future.completeExceptionally(new RaftException(reason));
  }
}
