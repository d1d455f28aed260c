package dev.orchestrator.store.model;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The hash of one member's replicated rows at the index of a check. Replicated. Immutable.
 *
 * @param member name of the member
 * @param checkIndex index of the check's entry
 * @param format of what was hashed; different formats cannot be compared
 * @param hash of all replicated rows
 * @param tables hash of each table
 */
public record StateReport(
    String member, long checkIndex, String format, String hash, SortedMap<String, String> tables) {
  public StateReport {
    tables = new TreeMap<>(tables);
  }
}
