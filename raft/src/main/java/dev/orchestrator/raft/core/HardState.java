package dev.orchestrator.raft.core;

import org.jspecify.annotations.Nullable;

/**
 * What a member must not forget about elections (Figure 2, persistent state). Immutable.
 *
 * @param term latest term this member has seen, 0 at first
 * @param votedFor candidate that got this member's vote in {@code term}, null if none
 */
public record HardState(long term, @Nullable MemberId votedFor) {
  /** Of a member that has never taken part. */
  public static final HardState INITIAL = new HardState(0, null);

  public HardState {
    if (term < 0) {
      throw new IllegalArgumentException("need term >= 0, got " + term);
    }
  }
}
