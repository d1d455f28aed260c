package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.port.Transport.PeerView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * When a group may be formed, and by whom (rules I3, I5). Pure; immutable.
 *
 * @param names all configured members, sorted; the first one forms the group
 * @param explicit the operator asked this member to form the group with those it can reach
 */
record BootstrapRule(MemberId self, List<String> names, boolean explicit) {
  /** How long an explicit bootstrap looks for members before it does without them. */
  static final long SEARCH_MILLIS = 3_000;

  /**
   * The first membership, if this empty member is the one to form it and may do so now.
   *
   * @param sinceStartMillis how long this member has been looking for the others
   */
  Optional<Membership> membership(
      String newClusterId, List<PeerView> peers, long sinceStartMillis) {
    boolean allEmpty = others().allMatch(name -> isEmptyToo(name, peers));
    boolean nobodyHasData = peers.stream().noneMatch(peer -> peer.connected() && !peer.empty());
    boolean first = self.name().equals(names.getFirst());
    boolean now =
        explicit
            ? allEmpty || (nobodyHasData && sinceStartMillis >= SEARCH_MILLIS)
            : first && allEmpty;
    if (!now) {
      return Optional.empty();
    }
    List<MemberId> voters = new ArrayList<>();
    voters.add(self);
    for (PeerView peer : peers) {
      if (isEmptyToo(peer.name(), peers)) {
        peer.member().ifPresent(voters::add);
      }
    }
    return Optional.of(new Membership(newClusterId, voters));
  }

  private Stream<String> others() {
    return names.stream().filter(name -> !name.equals(self.name()));
  }

  /** Whether this member of the same list could take part. */
  private boolean isEmptyToo(String name, List<PeerView> peers) {
    return names.contains(name)
        && peers.stream()
            .anyMatch(
                peer ->
                    peer.name().equals(name)
                        && peer.connected()
                        && peer.empty()
                        && peer.configured().equals(names));
  }

  /** Why this member, which knows of no group, is not part of one; one line per other member. */
  List<String> waitingFor(List<PeerView> peers) {
    List<String> reasons = new ArrayList<>();
    for (PeerView peer : peers) {
      if (!peer.connected()) {
        reasons.add(peer.name() + ": " + peer.problem().orElse("not connected"));
      } else if (!peer.empty()) {
        reasons.add(
            peer.name()
                + ": has data of cluster "
                + peer.clusterId().orElse("not known yet")
                + ", while this member's storage is new; its leader has to let it in");
      } else if (!peer.configured().equals(names)) {
        reasons.add(
            peer.name() + ": is configured with members " + peer.configured() + ", need " + names);
      }
    }
    if (reasons.isEmpty() && !self.name().equals(names.getFirst())) {
      reasons.add(names.getFirst() + ": forms the group");
    }
    return reasons;
  }
}
