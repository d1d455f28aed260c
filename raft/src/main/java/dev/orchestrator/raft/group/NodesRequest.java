package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.port.Transport.PeerView;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this member's RaftNodes asks of the group (rule I7): a list that differs from the one read
 * before, or the first one of a member that the group does not know. The request ends when the
 * group is like that, or when somebody decides otherwise by a command. Confined to raft-loop.
 */
final class NodesRequest {
  private static final Logger log = LoggerFactory.getLogger(NodesRequest.class);

  private final List<String> configured;
  private final @Nullable RememberedNodes memory;
  private @Nullable List<String> asked;
  private Set<String> settled = Set.of();
  private int version;

  private NodesRequest(
      List<String> configured, @Nullable RememberedNodes memory, @Nullable List<String> asked) {
    this.configured = configured;
    this.memory = memory;
    this.asked = asked;
  }

  /**
   * Compares the list with the one that was read before, and remembers it.
   *
   * @param configured names as configured, sorted
   * @param memory null to remember nothing: then nothing is ever asked for
   * @param now the membership in the log, if there is one
   * @throws RaftException the memory cannot be read or written
   */
  static NodesRequest atStart(
      List<String> configured, @Nullable RememberedNodes memory, Optional<Membership> now) {
    if (memory == null) {
      return new NodesRequest(configured, null, null);
    }
    Optional<RememberedNodes.Content> before = memory.load();
    boolean changed = before.filter(known -> !known.read().equals(configured)).isPresent();
    List<String> asked =
        changed || now.isEmpty()
            ? configured
            : before.flatMap(RememberedNodes.Content::asked).orElse(null);
    RememberedNodes.Content content =
        new RememberedNodes.Content(configured, Optional.ofNullable(asked));
    if (!before.equals(Optional.of(content))) {
      memory.store(content);
    }
    if (changed && now.isPresent()) {
      log.info("RaftNodes has changed, asking the group for members={}", configured);
    }
    return new NodesRequest(configured, memory, asked);
  }

  /** What to report to the others: what is asked for, else what is. */
  List<String> reported(Optional<Membership> now) {
    List<String> request = asked;
    if (request != null) {
      return request;
    }
    return now.map(NodesRequest::voterNames).orElse(configured);
  }

  /** Another number whenever, for the same membership, something else is reported. */
  int version() {
    return version;
  }

  /**
   * Takes note of a membership in the log. A member that finds itself there under another
   * incarnation was wiped: its list may be older than the group, so it asks for nothing.
   */
  void seen(Membership membership, MemberId self) {
    boolean wiped =
        membership.electors().stream()
            .anyMatch(voter -> voter.name().equals(self.name()) && !voter.equals(self));
    if (wiped && asked != null) {
      forget();
    }
  }

  /** Takes note of a membership that is settled and committed. */
  void settled(Membership now) {
    Set<String> names = new HashSet<>(voterNames(now));
    Set<String> before = settled;
    settled = names;
    List<String> request = asked;
    if (request == null || names.equals(before)) {
      return;
    }
    if (names.equals(new HashSet<>(request))) {
      log.info("the group is as RaftNodes asks for members={}", request);
      forget();
    } else if (!before.isEmpty() && !isStepTowards(request, before, names)) {
      log.warn(
          "the members were changed by a command to {}: RaftNodes {} is no request any more",
          names,
          request);
      forget();
    }
  }

  private static boolean isStepTowards(List<String> request, Set<String> from, Set<String> to) {
    return Stream.concat(
            to.stream().filter(name -> !from.contains(name) && !request.contains(name)),
            from.stream().filter(name -> !to.contains(name) && request.contains(name)))
        .findAny()
        .isEmpty();
  }

  private void forget() {
    asked = null;
    version++;
    RememberedNodes file = memory;
    if (file != null) {
      // Off this thread, which must not wait for a disk. Lost in a crash, it is asked for again
      // after the restart, and is no request then: the group is like that.
      Thread.ofVirtual()
          .name("raft-nodes")
          .start(
              () -> {
                try {
                  file.store(new RememberedNodes.Content(configured, Optional.empty()));
                } catch (RaftException e) {
                  log.warn("the end of a request of RaftNodes is not remembered", e);
                }
              });
    }
  }

  /**
   * The list that a majority of the voters asks for, if it differs from what is.
   *
   * @param self this member
   * @param own what this member reports
   */
  static Optional<List<String>> agreed(
      Membership now, MemberId self, List<String> own, Collection<PeerView> peers) {
    Map<MemberId, List<String>> reports = new HashMap<>();
    reports.put(self, own);
    for (PeerView peer : peers) {
      if (peer.connected()) {
        peer.member().ifPresent(member -> reports.put(member, peer.configured()));
      }
    }
    List<String> present = voterNames(now);
    return reports.values().stream()
        .distinct()
        .filter(list -> !list.isEmpty() && !list.equals(present))
        .filter(
            list ->
                now.isQuorum(
                    now.electors().stream()
                        .filter(voter -> list.equals(reports.get(voter)))
                        .toList()))
        .findFirst();
  }

  /** Names of the voters, sorted. */
  static List<String> voterNames(Membership membership) {
    return membership.voters().stream().map(MemberId::name).sorted().toList();
  }
}
