package dev.orchestrator.raft.core;

import java.util.Optional;

/**
 * What stands for the entries a log no longer has (§7): the last of them, and the membership that
 * was valid there. Immutable.
 *
 * @param id last entry that was dropped, {@link LogId#ZERO} if none was
 * @param membership newest membership up to there; empty only if none was dropped
 */
public record LastIncluded(LogId id, Optional<Membership> membership) {
  /** Of a log that has all its entries. */
  public static final LastIncluded NOTHING = new LastIncluded(LogId.ZERO, Optional.empty());

  public LastIncluded {
    if (membership.isEmpty() && id.index() > 0) {
      throw new IllegalArgumentException("what ends at " + id + " has a membership");
    }
  }

  /** Index of the last entry that was dropped, 0 if none was. */
  public long index() {
    return id.index();
  }
}
