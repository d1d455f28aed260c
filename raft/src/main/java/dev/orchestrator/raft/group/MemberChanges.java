package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.port.Transport.PeerView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of the membership while this member leads: those asked for by a command, those that a
 * majority's RaftNodes asks for (rule I7), and the swap of members that have lost their log (rule
 * I5). One at a time. Confined to raft-loop.
 */
final class MemberChanges {
  private static final Logger log = LoggerFactory.getLogger(MemberChanges.class);
  private static final long CHECK_MILLIS = 100;
  private static final int MAX_WAITING = 16;

  /** How long a new member may take to connect. */
  private static final long CONNECT_MILLIS = 8_000;

  /** A request must stand for this long: reports of a change just made may still be on the way. */
  private static final long STEADY_MILLIS = 1_000;

  private static final long HAND_OVER_MILLIS = 2_000;

  private record Waiting(MemberChange change, CompletableFuture<Void> future) {}

  private record Expected(
      MemberChange.Add change, CompletableFuture<Void> future, long untilMillis) {}

  private final List<Waiting> waiting = new ArrayList<>();
  private final List<Expected> expected = new ArrayList<>();
  private long nextCheckMillis;
  private @Nullable List<String> request;
  private long requestSinceMillis;
  private @Nullable List<String> followed;
  private String announced = "";

  /** Begins the change, or says why not; a member that is not connected yet is waited for. */
  void begin(
      RaftNode node,
      List<PeerView> peers,
      MemberChange change,
      CompletableFuture<Void> future,
      long nowMillis) {
    Membership before = node.membership().orElse(null);
    if (node.role() != RoleName.LEADER || before == null) {
      PendingReads.notLeader(future, node.leader());
      return;
    }
    if (!node.takesMembershipChange() || waiting.size() + expected.size() >= MAX_WAITING) {
      refuse(future, "another change is on the way; try again");
      return;
    }
    if (change.isDone(before)) {
      future.complete(null);
      return;
    }
    switch (change) {
      case MemberChange.Add add -> {
        Optional<MemberId> member = connected(peers, add.name());
        if (member.isPresent()) {
          step(node, new Input.AddMember(member.get()), add, future);
        } else {
          expected.add(new Expected(add, future, nowMillis + CONNECT_MILLIS));
        }
      }
      case MemberChange.Remove remove ->
          step(node, new Input.RemoveMember(remove.name()), remove, future);
    }
  }

  private void step(
      RaftNode node, Input input, MemberChange change, CompletableFuture<Void> future) {
    node.step(input);
    if (node.takesMembershipChange()) {
      refuse(future, "the last voter stays, and a majority of those left must be reachable");
      return;
    }
    log.info("membership change begins {}", change);
    waiting.add(new Waiting(change, future));
  }

  /** Names that are to be dialled and accepted, though the group does not have them yet. */
  List<String> expectedNames() {
    return expected.stream().map(each -> each.change().name()).toList();
  }

  /** Whether it is time to look at who is connected and what they ask for. */
  boolean isCheckDue(long nowMillis) {
    if (nowMillis < nextCheckMillis) {
      return false;
    }
    nextCheckMillis = nowMillis + CHECK_MILLIS;
    return true;
  }

  /**
   * Goes on with what waits: members that have connected, members that have lost their log, and the
   * next step towards what a majority asks for.
   *
   * @param agreed what a majority of the voters asks for, if it differs from what is
   */
  void check(RaftNode node, List<PeerView> peers, Optional<List<String>> agreed, long nowMillis) {
    meetExpected(node, peers, nowMillis);
    List<String> asked = agreed.orElse(null);
    if (!Objects.equals(asked, request)) {
      request = asked;
      requestSinceMillis = nowMillis;
    }
    Membership now = node.membership().orElse(null);
    if (now == null || !node.takesMembershipChange()) {
      return;
    }
    swapIn(node, peers, now);
    if (asked == null) {
      followed = null;
      announced = "";
    } else if (node.takesMembershipChange()
        && (asked.equals(followed) || nowMillis - requestSinceMillis >= STEADY_MILLIS)) {
      followed = asked;
      follow(node, peers, now, asked);
    }
  }

  private void meetExpected(RaftNode node, List<PeerView> peers, long nowMillis) {
    for (Expected each : List.copyOf(expected)) {
      Optional<MemberId> member = connected(peers, each.change().name());
      if (each.future().isDone()) {
        expected.remove(each);
      } else if (node.role() != RoleName.LEADER) {
        expected.remove(each);
        PendingReads.notLeader(each.future(), node.leader());
      } else if (member.isPresent() && node.takesMembershipChange()) {
        expected.remove(each);
        step(node, new Input.AddMember(member.get()), each.change(), each.future());
      } else if (nowMillis > each.untilMillis()) {
        expected.remove(each);
        refuse(each.future(), unreachable(peers, each.change().name()));
      }
    }
  }

  private static String unreachable(List<PeerView> peers, String name) {
    return name
        + " cannot be reached: "
        + peers.stream()
            .filter(peer -> peer.name().equals(name))
            .findFirst()
            .flatMap(PeerView::problem)
            .orElse("no connection")
        + "; start it with this group's members in RaftNodes, then try again";
  }

  /** Swaps in the next member that came back with another incarnation. */
  private static void swapIn(RaftNode node, List<PeerView> peers, Membership now) {
    List<MemberId> connected =
        peers.stream().filter(PeerView::connected).flatMap(peer -> peer.member().stream()).toList();
    now.replacement(connected)
        .ifPresent(
            member -> {
              log.info("member {} has lost its log; it is swapped in as soon as it has it", member);
              node.step(new Input.AddMember(member));
            });
  }

  /** One step: first all that come, then those that go, this member itself last. */
  private void follow(RaftNode node, List<PeerView> peers, Membership now, List<String> asked) {
    List<String> present = NodesRequest.voterNames(now);
    List<String> missing = asked.stream().filter(name -> !present.contains(name)).toList();
    if (!missing.isEmpty()) {
      Optional<MemberId> next =
          missing.stream().flatMap(name -> connected(peers, name).stream()).findFirst();
      if (next.isEmpty()) {
        announce("a majority asks for members " + asked + "; waiting for " + missing);
        return;
      }
      announce("a majority asks for members " + asked + ": letting in " + next.get());
      node.step(new Input.AddMember(next.get()));
      return;
    }
    String self = node.self().name();
    List<String> surplus = present.stream().filter(name -> !asked.contains(name)).toList();
    Optional<String> other = surplus.stream().filter(name -> !name.equals(self)).findFirst();
    if (other.isPresent()) {
      announce("a majority asks for members " + asked + ": removing " + other.get());
      node.step(new Input.RemoveMember(other.get()));
    } else if (!surplus.isEmpty() && !node.isHandingOver()) {
      announce("a majority asks for members " + asked + " without this one: handing over");
      node.step(new Input.TransferLeadership(null, HAND_OVER_MILLIS));
    }
  }

  private void announce(String what) {
    if (!what.equals(announced)) {
      announced = what;
      log.info("{}", what);
    }
  }

  private static Optional<MemberId> connected(List<PeerView> peers, String name) {
    return peers.stream()
        .filter(peer -> peer.connected() && peer.name().equals(name))
        .flatMap(peer -> peer.member().stream())
        .findFirst();
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
    expected.forEach(each -> PendingReads.notLeader(each.future(), Optional.empty()));
    waiting.clear();
    expected.clear();
  }

  private static void refuse(CompletableFuture<Void> future, String reason) {
    future.completeExceptionally(new RaftException(reason));
  }
}
