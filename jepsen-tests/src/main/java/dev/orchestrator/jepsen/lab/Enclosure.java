package dev.orchestrator.jepsen.lab;

import java.util.List;

/**
 * What is special about how a node runs. Immutable.
 *
 * @param wrapper command that runs the node's launcher, for example in a network namespace
 * @param configuration further lines of its configuration, each ending with a comma
 * @param pollSeconds how often it visits a server
 */
public record Enclosure(List<String> wrapper, String configuration, int pollSeconds) {
  private static final int USUAL_POLL_SECONDS = 5;

  /** Nothing special. */
  public static final Enclosure NONE = new Enclosure(List.of(), "");

  /** With the usual time between visits. */
  public Enclosure(List<String> wrapper, String configuration) {
    this(wrapper, configuration, USUAL_POLL_SECONDS);
  }

  /** Copies the list. */
  public Enclosure {
    wrapper = List.copyOf(wrapper);
  }
}
