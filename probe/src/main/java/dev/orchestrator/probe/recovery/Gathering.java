package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.InstanceKey;
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
 */
record Gathering(
    InstanceKey dead,
    Place home,
    Set<String> legitimate,
    List<Replica> replicas,
    SortedMap<InstanceKey, String> unread,
    DurabilityPolicy policy) {
  Gathering {
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
        dead, home, Set.copyOf(legitimate), List.copyOf(replicas), new TreeMap<>(unread), policy);
  }

  /** Where a server stands; {@code ""} when unknown. */
  record Place(String dataCenter, String region) {
    static final Place UNKNOWN = new Place("", "");
  }

  /** A replica that was read, and where it stands. */
  record Replica(ServerReading reading, Place place) {
    InstanceKey key() {
      return reading.key();
    }
  }
}
