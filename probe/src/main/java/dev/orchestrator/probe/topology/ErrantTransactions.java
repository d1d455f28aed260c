package dev.orchestrator.probe.topology;

import dev.orchestrator.store.model.Instance;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds transactions that a replica has and its source does not: written on the replica itself, or
 * left from another life. Pure.
 */
public final class ErrantTransactions {
  private ErrantTransactions() {}

  /**
   * Errant transactions in the server's text form, {@code ""} for none or when it cannot be told.
   *
   * <p>What the ancestors themselves write is left out: the replica was read at another moment than
   * its source, so it may well have newer ones.
   *
   * @param ancestors its source, the source's source and so on; not the replica itself
   */
  public static String of(Instance replica, List<Instance> ancestors) {
    if (ancestors.isEmpty()
        || replica.server().gtidExecuted().isEmpty()
        || ancestors.getFirst().server().gtidExecuted().isEmpty()) {
      return "";
    }
    Set<String> writers = new HashSet<>();
    ancestors.forEach(ancestor -> writers.add(ancestor.server().uuid()));
    writers.remove("");
    try {
      GtidSet own = GtidSet.parse(replica.server().gtidExecuted()).withoutUuids(writers);
      GtidSet above = GtidSet.parse(ancestors.getFirst().server().gtidExecuted());
      return own.minus(above).toString();
    } catch (IllegalArgumentException e) {
      // A form of GTID that we cannot read (another vendor's): nothing can be said of it.
      return "";
    }
  }
}
