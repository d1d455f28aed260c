package dev.orchestrator.probe.topology;

import java.util.Set;

/**
 * A set of MySQL global transaction identifiers, tagged ones included ({@code
 * uuid[:tag]:first-last...}; MySQL manual, "GTID Format and Storage"). Pure, immutable.
 */
public final class GtidSet {
  /** The empty set. */
  public static final GtidSet EMPTY = new GtidSet();

  private GtidSet() {}

  /**
   * Reads the server's text form; blanks and line breaks are allowed, {@code ""} is the empty set.
   *
   * @throws IllegalArgumentException the text is no GTID set
   */
  public static GtidSet parse(String text) {
    throw new UnsupportedOperationException(text);
  }

  public boolean isEmpty() {
    throw new UnsupportedOperationException();
  }

  /** Number of transactions. */
  public long count() {
    throw new UnsupportedOperationException();
  }

  /** Server uuids that occur, lower case. */
  public Set<String> uuids() {
    throw new UnsupportedOperationException();
  }

  public boolean contains(GtidSet other) {
    throw new UnsupportedOperationException(other.toString());
  }

  public GtidSet union(GtidSet other) {
    throw new UnsupportedOperationException(other.toString());
  }

  /** Transactions of this set that are not in the other. */
  public GtidSet minus(GtidSet other) {
    throw new UnsupportedOperationException(other.toString());
  }

  /** Transactions in both. */
  public GtidSet intersect(GtidSet other) {
    throw new UnsupportedOperationException(other.toString());
  }

  /** Transactions whose uuid is none of these. */
  public GtidSet withoutUuids(Set<String> uuids) {
    throw new UnsupportedOperationException(uuids.toString());
  }

  /** Canonical text form of the server: sorted, merged, comma-separated, no blanks. */
  @Override
  public String toString() {
    return "";
  }
}
