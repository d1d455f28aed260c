package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.port.Transport;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who belongs to the group, as far as it is not the algorithm's: forms the group at first, follows
 * what RaftNodes asks for, says who has to be dialled and what this member says of itself. Confined
 * to the loop's turns.
 */
final class MembershipWatch {
  private static final Logger log = LoggerFactory.getLogger(MembershipWatch.class);
  private static final int CLUSTER_ID_BYTES = 16;
  private static final String LOG_LOST =
      "this member has a state but no log, it was lost or damaged: a leader has to let it in";
  private static final String STATE_WANTED =
      "the state is not what this log led to: it waits for a leader's log or snapshot";

  private final RaftNode node;
  private final BootstrapRule bootstrap;
  private final NodesRequest request;
  private final RandomGenerator random;
  private final MemberChanges changes = new MemberChanges();

  /** The cluster the state belonged to at the start. */
  private final Optional<String> stateClusterId;

  private final long startedAtMillis;
  private boolean stateClusterChecked;
  private List<String> waitingFor = List.of();
  private Transport.Identity identity;

  /** What the identity was made of, so that it is not made anew at each turn. */
  private @Nullable Membership identifiedMembership;

  private int identifiedRequest;

  MembershipWatch(
      RaftNode node,
      BootstrapRule bootstrap,
      NodesRequest request,
      RandomGenerator random,
      Optional<String> stateClusterId,
      long nowMillis) {
    this.node = node;
    this.bootstrap = bootstrap;
    this.request = request;
    this.random = random;
    this.stateClusterId = stateClusterId;
    this.startedAtMillis = nowMillis;
    this.identity = identityNow();
  }

  /** What the handshake is to say now. */
  Transport.Identity identity() {
    return identity;
  }

  /** What this member waits for before it can take part, with the reason; empty if nothing. */
  List<String> waitingFor() {
    return waitingFor;
  }

  /** Changes of the membership that are asked for. */
  MemberChanges changes() {
    return changes;
  }

  /** Names to dial and to accept by this member's log, else by its configuration. */
  Set<String> peerNames() {
    Set<String> names = new TreeSet<>(changes.expectedNames());
    node.membership().ifPresent(now -> now.everybody().forEach(member -> names.add(member.name())));
    if (!node.isVoter()) {
      names.addAll(bootstrap.names());
    }
    return names;
  }

  /** Before the node's work of this turn is taken. */
  void before(Transport toPeers, long nowMillis) {
    refuseForeignState();
    maybeBootstrap(toPeers, nowMillis);
    checkMembers(toPeers, nowMillis);
  }

  /** As soon as the log knows its cluster, and before anything of it is applied. */
  private void refuseForeignState() {
    if (stateClusterChecked || stateClusterId.isEmpty()) {
      return;
    }
    Optional<String> own = node.membership().map(Membership::clusterId);
    if (own.isPresent()) {
      stateClusterChecked = true;
      if (!own.equals(stateClusterId)) {
        log.warn("the state is of cluster {}, not {}", stateClusterId.get(), own.get());
        node.step(new Input.ForeignState());
      }
    }
  }

  private void maybeBootstrap(Transport toPeers, long nowMillis) {
    if (node.isVoter()) {
      waitFor(node.isStateFit() ? List.of() : List.of(STATE_WANTED));
      return;
    }
    List<Transport.PeerView> peers = toPeers.peers();
    if (node.isEmpty()) {
      long sinceStart = nowMillis - startedAtMillis;
      Optional<Membership> membership = bootstrap.membership(newClusterId(), peers, sinceStart);
      if (membership.isPresent()) {
        log.info("forming the group members={}", membership.get());
        node.step(new Input.Bootstrap(membership.get()));
        waitingFor = List.of();
        return;
      }
    }
    List<String> reasons =
        node.membership().isPresent()
            ? List.of(
                node.self()
                    + " is not in the membership "
                    + node.membership().get().voters()
                    + ": the leader has to let it in")
            : bootstrap.waitingFor(peers);
    boolean logLost = node.membership().isEmpty() && !node.isStateFit();
    waitFor(logLost ? Stream.concat(Stream.of(LOG_LOST), reasons.stream()).toList() : reasons);
  }

  private void waitFor(List<String> reasons) {
    if (!reasons.equals(waitingFor)) {
      if (!reasons.isEmpty()) {
        log.info("no full part of a group yet, waiting for {}", reasons);
      }
      waitingFor = reasons;
    }
  }

  private String newClusterId() {
    byte[] bytes = new byte[CLUSTER_ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Now and then: who has to be dialled, who is there, and what RaftNodes asks for. */
  private void checkMembers(Transport toPeers, long nowMillis) {
    if (!changes.isCheckDue(nowMillis)) {
      return;
    }
    Optional<Membership> now = node.membership();
    if (now.isPresent()
        && now.get().isSettled()
        && node.commitIndex() >= node.log().membershipIndex()) {
      request.settled(now.get());
    }
    List<Transport.PeerView> peers = toPeers.peers();
    Optional<List<String>> agreed =
        now.flatMap(
            membership ->
                NodesRequest.agreed(membership, node.self(), request.reported(now), peers));
    changes.check(node, peers, agreed, nowMillis);
    Set<String> names = peerNames();
    names.addAll(agreed.orElse(List.of()));
    toPeers.members(names);
  }

  /** Before anybody can learn of a change from a message. */
  void identify(Transport toPeers) {
    if (node.log().membershipIndex() != identity.membersIndex()) {
      node.log().previousMembership().ifPresent(before -> request.seen(before, node.self()));
      node.membership().ifPresent(now -> request.seen(now, node.self()));
    }
    Membership membership = node.membership().orElse(null);
    if (sameObject(membership, identifiedMembership)
        && node.isEmpty() == identity.empty()
        && node.log().membershipIndex() == identity.membersIndex()
        && request.version() == identifiedRequest) {
      return;
    }
    identifiedMembership = membership;
    identifiedRequest = request.version();
    Transport.Identity now = identityNow();
    if (!now.equals(identity)) {
      identity = now;
      toPeers.identify(now);
    }
  }

  @SuppressWarnings("ReferenceEquality") // an equal one only costs the work that is saved here
  private static boolean sameObject(@Nullable Membership one, @Nullable Membership other) {
    return one == other;
  }

  private Transport.Identity identityNow() {
    Optional<Membership> now = node.membership();
    return new Transport.Identity(
        node.self(),
        now.map(Membership::clusterId),
        node.isEmpty(),
        request.reported(now),
        now.map(
                membership ->
                    membership.everybody().stream().map(MemberId::name).distinct().toList())
            .orElse(List.of()),
        node.log().membershipIndex());
  }
}
