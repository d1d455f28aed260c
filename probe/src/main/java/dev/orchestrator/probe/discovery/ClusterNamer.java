package dev.orchestrator.probe.discovery;

import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Names clusters and counts depths over the whole fleet at once, so that a change shows everywhere
 * in the same moment. A cluster is named by the address of its root; where servers replicate in a
 * circle, by the smallest address of the circle. Pure; confined to one call.
 */
final class ClusterNamer {
  private final Map<InstanceKey, Instance> fleet = new TreeMap<>();
  private final Map<InstanceKey, Place> places = new HashMap<>();

  private ClusterNamer(Collection<Instance> instances) {
    instances.forEach(instance -> fleet.put(instance.key(), instance));
  }

  /**
   * The same instances, ordered by key, with cluster name, depth, co-source mark and inherited
   * alias computed.
   */
  static List<Instance> place(Collection<Instance> instances) {
    ClusterNamer namer = new ClusterNamer(instances);
    List<Instance> placed = new ArrayList<>();
    for (Instance instance : namer.fleet.values()) {
      placed.add(instance.withPlacement(namer.placementOf(instance)));
    }
    return placed;
  }

  private Placement placementOf(Instance instance) {
    Place place = placeOf(instance.key());
    Placement own = instance.placement();
    Instance root = fleet.get(place.root);
    String alias = root == null ? own.suggestedAlias() : root.placement().suggestedAlias();
    return new Placement(
        place.root.toString(),
        alias,
        place.depth,
        inPair(instance),
        own.dataCenter(),
        own.region(),
        own.environment(),
        own.instanceAlias());
  }

  /** Whether the instance and its source replicate from each other. */
  private boolean inPair(Instance instance) {
    Instance source = sourceOf(instance);
    return source != null
        && !source.key().equals(instance.key())
        && instance.equals(sourceOf(source));
  }

  private @Nullable Instance sourceOf(Instance instance) {
    return instance.isReplica() ? fleet.get(instance.replication().source()) : null;
  }

  private Place placeOf(InstanceKey start) {
    List<InstanceKey> path = new ArrayList<>();
    Set<InstanceKey> onPath = new HashSet<>();
    InstanceKey at = start;
    // Climb without recursion: a damaged fleet may have very long chains.
    while (!places.containsKey(at)) {
      if (!onPath.add(at)) {
        breakCircle(path.subList(path.indexOf(at), path.size()));
        break;
      }
      path.add(at);
      Instance instance = fleet.get(at);
      Instance source = instance == null ? null : sourceOf(instance);
      if (source == null) {
        places.put(at, new Place(at, 0));
        break;
      }
      at = source.key();
    }
    for (InstanceKey key : path.reversed()) {
      Instance instance = fleet.get(key);
      if (!places.containsKey(key) && instance != null) {
        Place above = places.get(instance.replication().source());
        places.put(key, above == null ? new Place(key, 0) : new Place(above.root, above.depth + 1));
      }
    }
    Place place = places.get(start);
    return place == null ? new Place(start, 0) : place;
  }

  /** The smallest address of a circle is its root; the others hang below it. */
  private void breakCircle(List<InstanceKey> circle) {
    InstanceKey root = circle.stream().min(InstanceKey::compareTo).orElseThrow();
    places.put(root, new Place(root, 0));
    // The path runs from replica to source, so walking it backwards from the root goes down.
    int size = circle.size();
    int rootAt = circle.indexOf(root);
    for (int step = 1; step < size; step++) {
      InstanceKey key = circle.get(Math.floorMod(rootAt - step, size));
      places.put(key, new Place(root, step));
    }
  }

  private record Place(InstanceKey root, int depth) {}
}
