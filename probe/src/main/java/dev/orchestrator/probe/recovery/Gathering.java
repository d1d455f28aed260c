package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything known when the new primary is chosen. Pure, immutable, and the same whatever the order
 * in which its parts were collected.
 *
 * @param dead address of the dead primary
 * @param home data center and region of the dead primary
 * @param legitimate uuids whose transactions are the cluster's own: its primaries, now and before
 * @param replicas replicas read with their receivers stopped, ordered by key
 * @param unread replicas that could not be read, with the reason, ordered by key
 * @param policy what the dead primary promised
 * @param forgetful uuids of replicas whose restart may have cost them what they acknowledged
 * @param promotion what configuration says of who may be promoted
 * @param passing when one replica may pass on to another what that one lacks
 */
record Gathering(
    InstanceKey dead,
    Place home,
    Set<String> legitimate,
    List<Replica> replicas,
    SortedMap<InstanceKey, String> unread,
    DurabilityPolicy policy,
    Set<String> forgetful,
    PromotionPolicy promotion,
    Passing passing) {
  /** When a replica may be promoted that must first receive from another one what it lacks. */
  enum Passing {
    /** Never. */
    NEVER,
    /** If nobody else who holds everything can be the primary. */
    IF_NEEDED,
    /** Also if people want it as the primary rather than those who hold everything. */
    IF_BETTER
  }

  Gathering {
    forgetful = Collections.unmodifiableSet(new TreeSet<>(forgetful));
    legitimate = Collections.unmodifiableSet(new TreeSet<>(legitimate));
    replicas =
        replicas.stream().sorted((a, b) -> a.reading().key().compareTo(b.reading().key())).toList();
    unread = Collections.unmodifiableSortedMap(new TreeMap<>(unread));
  }

  static Gathering of(
      InstanceKey dead,
      Place home,
      Collection<String> legitimate,
      Collection<Replica> replicas,
      Map<InstanceKey, String> unread,
      DurabilityPolicy policy) {
    return new Gathering(
        dead,
        home,
        Set.copyOf(legitimate),
        List.copyOf(replicas),
        new TreeMap<>(unread),
        policy,
        Set.of(),
        PromotionPolicy.FREE,
        Passing.IF_BETTER);
  }

  /** The same, under a configuration. */
  Gathering under(PromotionPolicy newPromotion) {
    return new Gathering(
        dead, home, legitimate, replicas, unread, policy, forgetful, newPromotion, passing);
  }

  /** The same, with another rule for passing on. */
  Gathering passing(Passing when) {
    return new Gathering(
        dead, home, legitimate, replicas, unread, policy, forgetful, promotion, when);
  }

  /** The same, with replicas that do not count as read ackers. */
  Gathering forgetting(Collection<String> uuids) {
    return new Gathering(
        dead, home, legitimate, replicas, unread, policy, Set.copyOf(uuids), promotion, passing);
  }

  /** Where a server stands; {@code ""} when unknown. */
  record Place(String dataCenter, String region, String environment) {
    static final Place UNKNOWN = new Place("", "");

    Place(String dataCenter, String region) {
      this(dataCenter, region, "");
    }

    static Place of(Instance instance) {
      Placement placement = instance.placement();
      return new Place(placement.dataCenter(), placement.region(), placement.environment());
    }
  }

  /** A replica that was read, where it stands, and what people think of it. */
  record Replica(ServerReading reading, Place place, Standing standing) {
    Replica(ServerReading reading, Place place) {
      this(reading, place, Standing.UNKNOWN);
    }

    InstanceKey key() {
      return reading.key();
    }
  }
}
