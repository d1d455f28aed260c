package dev.orchestrator.store.command;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** How a submitted command ended. */
public sealed interface Outcome {
  /** Committed and applied on this node. */
  record Applied(CommandResult result) implements Outcome {}

  /** Nothing happened: another node leads, or none is known. */
  record NotLeader(Optional<URI> leader) implements Outcome {}

  /** Nothing happened: too much is waiting. */
  record Overloaded(Duration retryAfter) implements Outcome {}

  /** It may or may not happen, now or later. */
  record Unknown(String reason) implements Outcome {}

  /** Whether the command was applied and accepted. */
  default boolean accepted() {
    return this instanceof Applied(CommandResult result) && result.accepted();
  }
}
