package dev.orchestrator.probe.recovery;

import static dev.orchestrator.probe.recovery.Readings.DEAD;
import static dev.orchestrator.probe.recovery.Readings.DEAD_UUID;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.recovery.Choice.Follower;
import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What holds of every choice, whatever the replicas are like. */
class CandidateSelectorPropertyTest {
  @Property(tries = 3000)
  void theWinnerHoldsAllThatAnyReplicaReceivedButErrantOnes(@ForAll long seed) {
    Gathering gathering = gathering(seed);
    if (CandidateSelector.choose(gathering) instanceof Promote promote) {
      GtidSet held = promote.winner().received();
      for (Replica replica : gathering.replicas()) {
        GtidSet ofPrimary =
            replica
                .reading()
                .received()
                .minus(replica.reading().received().withoutUuids(Set.of(DEAD_UUID)));
        assertThat(held.contains(ofPrimary)).as(promote.lines().toString()).isTrue();
      }
      assertThat(promote.winner().channel().orElseThrow().delayed()).isFalse();
      assertThat(promote.winner().logBin()).isTrue();
      assertThat(held.uuids()).isSubsetOf(DEAD_UUID, shared(gathering));
    }
  }

  /**
   * Only a person who accepts the loss by name is given a server that lacks what another one holds;
   * an order that merely names one is not, and the record of the loss has the name.
   */
  @Property(tries = 2000)
  void onlyANamedPersonGivesUpTransactions(@ForAll long seed) {
    Gathering gathering = gathering(seed);
    for (Replica replica : gathering.replicas()) {
      Optional<InstanceKey> named = Optional.of(replica.key());
      Order plain = new Order(Order.FORCED_TAKEOVER, named);
      Order insisting =
          new Order(Order.FORCED_TAKEOVER, named, Optional.of("ann"), Optional.empty());
      GtidSet others = GtidSet.EMPTY;
      for (Replica other : gathering.replicas()) {
        GtidSet received = other.reading().received();
        others = others.union(received.minus(received.withoutUuids(Set.of(DEAD_UUID))));
      }
      boolean lacks = !replica.reading().received().contains(others);
      if (lacks) {
        if (CandidateSelector.choose(gathering, plain) instanceof Promote promote) {
          assertThat(promote.donor()).as("who passes on what it lacks").isPresent();
          assertThat(promote.winner().received().contains(others)).isTrue();
        }
        if (CandidateSelector.choose(gathering, insisting) instanceof Promote promote) {
          assertThat(promote.winner().key()).isEqualTo(replica.key());
          assertThat(promote.lines()).anyMatch(line -> line.startsWith("ann insists on"));
          assertThat(LossStatement.ofPromotion(promote, gathering.policy(), Optional.of("ann")))
              .contains("ann");
        }
      }
    }
  }

  /** The uuid that all replicas may share in these gatherings. */
  private static String shared(Gathering gathering) {
    Set<String> uuids = new HashSet<>(gathering.replicas().getFirst().reading().received().uuids());
    gathering.replicas().forEach(r -> uuids.retainAll(r.reading().received().uuids()));
    uuids.remove(DEAD_UUID);
    return uuids.isEmpty() ? DEAD_UUID : uuids.iterator().next();
  }

  /** What a donor passes on is all that the winner lacks, and nothing that is not the cluster's. */
  @Property(tries = 3000)
  void aDonorHoldsEverythingAndNothingErrant(@ForAll long seed) {
    Gathering gathering = gathering(seed);
    if (CandidateSelector.choose(gathering) instanceof Promote promote
        && promote.donor().isPresent()) {
      ServerReading donor = promote.donor().get();
      assertThat(donor.key()).isNotEqualTo(promote.winner().key());
      assertThat(donor.received().contains(promote.required())).isTrue();
      assertThat(donor.received()).isEqualTo(promote.winner().received());
      assertThat(donor.logReplicaUpdates() && donor.logBin()).isTrue();
      assertThat(donor.channel().orElseThrow().delayed()).isFalse();
    }
    if (CandidateSelector.choose(gathering.passing(Gathering.Passing.NEVER))
        instanceof Promote promote) {
      assertThat(promote.donor()).isEmpty();
    }
  }

  @Property(tries = 3000)
  void noFollowerHoldsWhatTheWinnerLacks(@ForAll long seed) {
    if (CandidateSelector.choose(gathering(seed)) instanceof Promote promote) {
      for (Follower follower : promote.followers()) {
        assertThat(promote.winner().received().contains(follower.reading().received())).isTrue();
      }
    }
  }

  @Property(tries = 3000)
  void nobodyVanishesSilently(@ForAll long seed) {
    Gathering gathering = gathering(seed);
    Set<InstanceKey> known = new HashSet<>(gathering.unread().keySet());
    gathering.replicas().forEach(replica -> known.add(replica.key()));
    Choice choice = CandidateSelector.choose(gathering);
    if (choice instanceof Promote promote) {
      Set<InstanceKey> told = new HashSet<>(promote.left().keySet());
      promote.followers().forEach(follower -> told.add(follower.reading().key()));
      assertThat(told).doesNotContain(promote.winner().key());
      told.add(promote.winner().key());
      assertThat(told).isEqualTo(known);
    }
    gathering
        .unread()
        .keySet()
        .forEach(key -> assertThat(choice.lines()).anyMatch(l -> l.startsWith(key.toString())));
  }

  @Property(tries = 1000)
  void theChoiceDoesNotDependOnOrder(@ForAll long seed) {
    Gathering gathering = gathering(seed);
    List<Replica> shuffled = new ArrayList<>(gathering.replicas());
    Collections.shuffle(shuffled, new Random(seed));
    Gathering other =
        Gathering.of(
            gathering.dead(),
            gathering.home(),
            gathering.legitimate(),
            shuffled,
            gathering.unread(),
            gathering.policy());
    assertThat(CandidateSelector.choose(other)).isEqualTo(CandidateSelector.choose(gathering));
  }

  /** Rule D3, by enumeration: no set of ackers that could have acknowledged stays unseen. */
  @Property(tries = 3000)
  void noAcknowledgedTransactionCanBeOnUnreadAckersOnly(@ForAll long seed) {
    Gathering gathering = gathering(seed);
    DurabilityPolicy policy = gathering.policy();
    if (policy.semiSync() && CandidateSelector.choose(gathering) instanceof Promote) {
      long unread =
          policy.ackerCount()
              - gathering.replicas().stream()
                  .filter(r -> policy.ackers().contains(r.reading().uuid()))
                  .count();
      assertThat(unread).isLessThan(policy.acks());
    }
  }

  static Gathering gathering(long seed) {
    Random random = new Random(seed);
    int count = 1 + random.nextInt(5);
    List<Replica> replicas = new ArrayList<>();
    Map<InstanceKey, String> unread = new TreeMap<>();
    Set<String> ackers = new HashSet<>();
    boolean old = random.nextBoolean();
    for (int n = 2; n < 2 + count; n++) {
      if (random.nextInt(4) > 0) {
        ackers.add(Readings.uuid(n));
      }
      if (random.nextInt(5) == 0) {
        unread.put(Readings.key(n), "refused");
        continue;
      }
      int executed = 1 + random.nextInt(5);
      Readings replica = Readings.replica(n, executed).received(executed + random.nextInt(3));
      replica = old ? replica.executing("," + Readings.uuid(99) + ":1-3") : replica;
      replica = random.nextInt(6) == 0 ? replica.errant() : replica;
      replica = random.nextInt(6) == 0 ? replica.delayed() : replica;
      replica = random.nextInt(8) == 0 ? replica.withoutBinlog() : replica;
      replica = random.nextInt(8) == 0 ? replica.failing("cannot apply") : replica;
      replica = random.nextInt(4) == 0 ? replica.version("8.4.0") : replica;
      replica = random.nextInt(6) == 0 ? replica.purged(1 + random.nextInt(3)) : replica;
      replica = random.nextInt(3) == 0 ? replica.in("home", "r1") : replica;
      Replica read = replica.read();
      PromotionRule rule = PromotionRule.values()[random.nextInt(4)];
      boolean ruled = random.nextInt(3) == 0;
      replicas.add(
          ruled ? new Replica(read.reading(), read.place(), new Standing(rule, false, "")) : read);
    }
    DurabilityPolicy policy =
        random.nextInt(3) == 0
            ? DurabilityPolicy.ASYNCHRONOUS
            : new DurabilityPolicy(
                true, 1 + random.nextInt(2), ackers, ackers.size(), "AFTER_SYNC", 10_000, "");
    return Gathering.of(DEAD, new Place("home", "r1"), Set.of(DEAD_UUID), replicas, unread, policy);
  }
}
