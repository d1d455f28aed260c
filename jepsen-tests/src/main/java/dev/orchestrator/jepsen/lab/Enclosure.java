package dev.orchestrator.jepsen.lab;

import java.util.List;

/**
 * What is special about how a node runs. Immutable.
 *
 * @param wrapper command that runs the node's launcher, for example in a network namespace
 * @param configuration further lines of its configuration, each ending with a comma
 */
public record Enclosure(List<String> wrapper, String configuration) {
  /** Nothing special. */
  public static final Enclosure NONE = new Enclosure(List.of(), "");

  /** Copies the list. */
  public Enclosure {
    wrapper = List.copyOf(wrapper);
  }
}
