package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Whether a living primary can hand over, and to whom: all reasons against it at once, before
 * anything is touched. Pure.
 */
final class TakeoverCheck {
  /** More than this is not caught up while writes stand still. */
  static final long MAX_LAG_SECONDS = TakeoverAction.CatchUp.LIMIT.toSeconds();

  private final List<Seen> members;
  private final Set<String> legitimate;
  private final Order order;
  private final List<String> reasons = new ArrayList<>();

  private TakeoverCheck(Collection<Seen> members, Set<String> legitimate, Order order) {
    this.members = List.copyOf(members);
    this.legitimate = Set.copyOf(legitimate);
    this.order = order;
  }

  /**
   * What was found.
   *
   * @param primary the only writable primary, if there is one
   * @param designated who shall become the primary, if that is settled
   * @param followers the other replicas that will follow it
   * @param left replicas that cannot follow it, with the reason
   * @param policy what the primary promises
   * @param reasons why nothing is done; none when it can be done
   */
  record Verdict(
      Optional<ServerReading> primary,
      Optional<ServerReading> designated,
      List<Follower> followers,
      SortedMap<InstanceKey, String> left,
      DurabilityPolicy policy,
      List<String> reasons) {
    Verdict {
      followers = List.copyOf(followers);
      reasons = List.copyOf(reasons);
    }

    boolean allowed() {
      return reasons.isEmpty() && primary.isPresent() && designated.isPresent();
    }
  }

  /**
   * Judges.
   *
   * @param members all known servers of the cluster
   * @param primaryUuid the recorded primary
   * @param legitimate uuids under which primaries of the cluster wrote
   */
  static Verdict of(
      Collection<Seen> members, String primaryUuid, Set<String> legitimate, Order order) {
    return new TakeoverCheck(members, legitimate, order).judge(primaryUuid);
  }

  private Verdict judge(String primaryUuid) {
    List<ServerReading> writable =
        members.stream()
            .filter(Seen::valid)
            .map(Seen::reading)
            .filter(server -> server.writable() && server.channel().isEmpty())
            .toList();
    if (writable.size() != 1) {
      reasons.add(
          "need exactly one writable primary, see "
              + (writable.isEmpty()
                  ? "none"
                  : String.join(", ", writable.stream().map(s -> s.key().toString()).toList())));
      return new Verdict(
          Optional.empty(),
          Optional.empty(),
          List.of(),
          new TreeMap<>(),
          DurabilityPolicy.ASYNCHRONOUS,
          reasons);
    }
    ServerReading primary = writable.getFirst();
    if (!primary.uuid().equals(primaryUuid)) {
      reasons.add(primary.key() + " is writable but not the recorded primary");
    }
    if (!primary.gtidMode().equals("ON")) {
      reasons.add(primary.key() + ": gtid_mode is not ON");
    }
    List<Seen> replicas = members.stream().filter(seen -> follows(seen, primary)).toList();
    DurabilityPolicy policy = policy(primary, replicas);
    Optional<Seen> designated = designated(primary, replicas, policy);
    SortedMap<InstanceKey, String> left = new TreeMap<>();
    List<Follower> followers = new ArrayList<>();
    if (designated.isPresent()) {
      faults(primary, designated.get(), replicas, policy);
      for (Seen replica : replicas) {
        if (!replica.reading().key().equals(designated.get().reading().key())) {
          Optional<String> obstacle = followObstacle(replica, designated.get().reading());
          if (obstacle.isPresent()) {
            left.put(replica.reading().key(), obstacle.get());
          } else {
            followers.add(Follower.of(replica.reading(), policy));
          }
        }
      }
      majority(replicas.size(), followers.size(), left);
      ackers(primary, followers, policy);
    }
    return new Verdict(
        Optional.of(primary), designated.map(Seen::reading), followers, left, policy, reasons);
  }

  private static boolean follows(Seen seen, ServerReading primary) {
    return seen.reading()
        .channel()
        .map(c -> c.source().equals(primary.key()) || c.sourceUuid().equals(primary.uuid()))
        .orElse(false);
  }

  /** What the primary promises now, and which replicas acknowledge. */
  private static DurabilityPolicy policy(ServerReading primary, List<Seen> replicas) {
    ServerReading.SemiSync semiSync = primary.semiSync();
    if (!semiSync.sourceEnabled()) {
      return DurabilityPolicy.ASYNCHRONOUS;
    }
    Set<String> ackers = new TreeSet<>();
    for (Seen replica : replicas) {
      if (replica.reading().semiSync().replicaEnabled()) {
        ackers.add(replica.reading().uuid());
      }
    }
    return new DurabilityPolicy(
        true,
        Math.max(1, semiSync.waitForReplicas()),
        ackers,
        ackers.size(),
        semiSync.waitPoint(),
        semiSync.timeoutMillis(),
        "");
  }

  private Optional<Seen> designated(
      ServerReading primary, List<Seen> replicas, DurabilityPolicy policy) {
    if (order.designated().isPresent()) {
      InstanceKey wished = order.designated().get();
      Optional<Seen> found =
          replicas.stream().filter(seen -> seen.reading().key().equals(wished)).findFirst();
      if (found.isEmpty()) {
        reasons.add(wished + " is not a direct replica of " + primary.key());
      }
      return found;
    }
    if (replicas.isEmpty()) {
      reasons.add(primary.key() + " has no replicas");
      return Optional.empty();
    }
    if (replicas.size() == 1) {
      return Optional.of(replicas.getFirst());
    }
    if (!order.startsOldPrimary()) {
      reasons.add(
          primary.key() + " has " + replicas.size() + " replicas: name the one to be promoted");
      return Optional.empty();
    }
    Optional<Seen> best =
        CandidateSelector.ranked(gathering(primary, replicas, policy)).stream()
            .flatMap(
                candidate -> replicas.stream().filter(s -> s.reading().equals(candidate.reading())))
            .filter(seen -> stateFaults(primary, seen).isEmpty())
            .findFirst();
    if (best.isEmpty()) {
      reasons.add("none of the replicas is fit to be the primary");
      for (Seen replica : replicas) {
        faults(primary, replica, replicas, policy);
      }
    }
    return best;
  }

  private Gathering gathering(ServerReading primary, List<Seen> replicas, DurabilityPolicy policy) {
    Set<String> own = new TreeSet<>(legitimate);
    own.addAll(primary.executed().uuids());
    return Gathering.of(
        primary.key(),
        members.stream()
            .filter(seen -> seen.reading().key().equals(primary.key()))
            .map(Seen::place)
            .findFirst()
            .orElse(Gathering.Place.UNKNOWN),
        own,
        replicas.stream()
            .filter(Seen::valid)
            .map(seen -> new Replica(seen.reading(), seen.place(), seen.standing()))
            .toList(),
        Map.of(),
        policy);
  }

  private void faults(
      ServerReading primary, Seen designated, List<Seen> replicas, DurabilityPolicy policy) {
    List<String> faults = new ArrayList<>(stateFaults(primary, designated));
    faults.addAll(
        CandidateSelector.faults(gathering(primary, replicas, policy), designated.reading()));
    faults.forEach(fault -> reasons.add(designated.reading().key() + " " + fault));
  }

  private static List<String> stateFaults(ServerReading primary, Seen designated) {
    List<String> faults = new ArrayList<>();
    if (!designated.valid()) {
      faults.add("cannot be visited");
    }
    designated
        .reading()
        .channel()
        .ifPresent(
            channel -> {
              if (!channel.running()) {
                faults.add("does not replicate" + error(channel));
              }
              if (!channel.autoPosition()) {
                faults.add("does not use GTID auto position");
              }
            });
    GtidSet gap = gap(primary, designated.reading());
    if (!gap.isEmpty()) {
      faults.add("has a gap that replication does not fill, it lacks " + gap);
    }
    if (designated.lagSeconds().orElse(0) > MAX_LAG_SECONDS) {
      faults.add(
          "is "
              + designated.lagSeconds().orElse(0)
              + " s behind, more than "
              + MAX_LAG_SECONDS
              + " s");
    }
    if (!primary.uuid().isEmpty() && primary.uuid().equals(designated.reading().uuid())) {
      faults.add("is the primary itself");
    }
    return faults;
  }

  /**
   * What the primary has executed and the replica never will: it has executed later ones, or
   * received later ones and not these. Being behind is no gap. An applier that commits out of order
   * (replica_preserve_commit_order off) may show one for a moment; asking again helps then.
   */
  static GtidSet gap(ServerReading primary, ServerReading replica) {
    GtidSet missing = primary.executed().minus(replica.executed());
    GtidSet passedByApplier = missing.before(replica.executed());
    GtidSet passedByReceiver = missing.minus(replica.received()).before(replica.received());
    return passedByApplier.union(passedByReceiver);
  }

  private static String error(Channel channel) {
    String text = channel.receiverError() + channel.applierError();
    return text.isEmpty() ? "" : ": " + text;
  }

  private Optional<String> followObstacle(Seen replica, ServerReading designated) {
    if (!replica.valid()) {
      return Optional.of("cannot be visited");
    }
    ServerReading reading = replica.reading();
    GtidSet errant = reading.received().withoutUuids(known(designated));
    if (!errant.isEmpty()) {
      return Optional.of("holds errant transactions " + errant);
    }
    if (!reading.gtidMode().equals("ON")) {
      return Optional.of("gtid_mode is not ON");
    }
    if (reading.channels() > 1) {
      return Optional.of("replicates through " + reading.channels() + " channels");
    }
    GtidSet gone = designated.purged().minus(reading.executed());
    return gone.isEmpty()
        ? Optional.empty()
        : Optional.of(designated.key() + " has purged what it still needs: " + gone);
  }

  private Set<String> known(ServerReading designated) {
    Set<String> uuids = new TreeSet<>(legitimate);
    uuids.addAll(designated.received().uuids());
    return uuids;
  }

  private void majority(int replicas, int followers, Map<InstanceKey, String> left) {
    if ((followers + 1) * 2 <= replicas) {
      reasons.add("only " + followers + " of " + (replicas - 1) + " other replicas can follow");
      left.forEach((key, why) -> reasons.add(key + " cannot follow: " + why));
    }
  }

  private void ackers(ServerReading primary, List<Follower> followers, DurabilityPolicy policy) {
    long acks = followers.stream().filter(Follower::acks).count();
    if (order.startsOldPrimary() && primary.semiSync().replicaSide()) {
      acks++;
    }
    if (policy.semiSync() && acks < policy.acks()) {
      reasons.add(
          "the new primary must wait for "
              + policy.acks()
              + " acknowledgements, but "
              + acks
              + " replicas would acknowledge"
              + (order.startsOldPrimary() ? "" : " (" + Order.TAKEOVER_AUTO + " has one more)"));
    }
  }
}
