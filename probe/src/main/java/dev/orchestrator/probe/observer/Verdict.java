package dev.orchestrator.probe.observer;

import java.util.List;

/**
 * Whether the members agree that a source is gone. Immutable.
 *
 * @param agreed it may be replaced
 * @param degraded by the word of one member alone
 * @param summary the decision in one line
 * @param votes what each voter said, one line each, ordered by name
 */
public record Verdict(boolean agreed, boolean degraded, String summary, List<String> votes) {
  /** Nobody else is there to be asked. */
  public static final Verdict ALONE =
      new Verdict(true, false, "this node decides alone", List.of());

  /** Nobody has been asked yet. */
  public static final Verdict NOT_ASKED =
      new Verdict(false, false, "the other members were not asked yet", List.of());

  public Verdict {
    votes = List.copyOf(votes);
  }

  /** The whole of it in one line, as it is stored. */
  public String evidence() {
    return votes.isEmpty() ? summary : summary + ": " + String.join("; ", votes);
  }
}
