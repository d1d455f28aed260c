package dev.orchestrator.store.snapshot;

import dev.orchestrator.raft.core.LogId;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What two nodes compare to see whether they hold the same state. Immutable.
 *
 * @param id the last entry whose effects are in the state
 * @param format numbers of the image's format and of its tables' columns; states of different
 *     formats cannot be compared
 * @param total hash of everything, 64 hexadecimal digits
 * @param tables hash of each table, so that a difference has a place
 */
public record StateHash(LogId id, String format, String total, SortedMap<String, String> tables) {
  public StateHash {
    tables = new TreeMap<>(tables);
  }

  /** Tables in which the two states differ, sorted. */
  public List<String> differences(StateHash other) {
    TreeMap<String, String> all = new TreeMap<>(other.tables);
    all.putAll(tables);
    return all.keySet().stream()
        .filter(table -> !tables.getOrDefault(table, "").equals(other.tables.get(table)))
        .toList();
  }
}
