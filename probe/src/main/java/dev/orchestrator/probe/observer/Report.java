package dev.orchestrator.probe.observer;

import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.Optional;

/**
 * What one member tells the others. Immutable.
 *
 * @param known servers that it visits
 * @param answering how many of them answered its newest visit
 * @param sightings sources that fail, or that were asked for
 * @param asked sources that everybody shall visit at once
 */
public record Report(int known, int answering, List<Sighting> sightings, List<InstanceKey> asked) {
  /** Nothing is known. */
  public static final Report EMPTY = new Report(0, 0, List.of(), List.of());

  public Report {
    sightings = List.copyOf(sightings);
    asked = List.copyOf(asked);
  }

  Optional<Sighting> of(InstanceKey source) {
    return sightings.stream().filter(sighting -> sighting.source().equals(source)).findFirst();
  }

  /**
   * Whether it sees nearly nothing of the fleet, so that its word about one server says more about
   * itself: of the servers other than the one in question, none answers, or less than a tenth.
   */
  boolean blind() {
    int others = known - 1;
    return others > 0 && (answering == 0 || answering * 10L < others);
  }
}
