package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import java.util.Optional;

/**
 * What a person ordered, as the record of the recovery keeps it: a command, then the server that it
 * names. Immutable.
 *
 * @param command {@code ""} for a recovery that nobody ordered
 * @param designated the only server that may become the primary, empty for any
 * @param lossAcceptedBy who accepts that the named server lacks what others have, empty for nobody
 * @param delayEndedBy who says that a delayed replica may be the primary, its delay ended; empty
 *     for nobody
 */
record Order(
    String command,
    Optional<InstanceKey> designated,
    Optional<String> lossAcceptedBy,
    Optional<String> delayEndedBy) {
  private static final String ACCEPTED_BY = " accept-loss-by=";
  private static final String DELAY_ENDED_BY = " end-delay-by=";

  static final String TAKEOVER = "graceful-master-takeover";
  static final String TAKEOVER_AUTO = "graceful-master-takeover-auto";
  static final String FAILOVER = "force-master-failover";
  static final String FORCED_TAKEOVER = "force-master-takeover";
  static final String RECOVER = "recover";
  static final String RECOVER_LITE = "recover-lite";

  Order(String command, Optional<InstanceKey> designated) {
    this(command, designated, Optional.empty(), Optional.empty());
  }

  static Order of(Recovery.Subject subject) {
    String text = subject.command();
    String[] words = text.replaceAll(" [a-z-]+-by=.*", "").split(" ", 2);
    return new Order(
        words[0],
        words.length > 1 ? Optional.of(InstanceKey.parse(words[1], 0)) : Optional.empty(),
        name(text, ACCEPTED_BY),
        name(text, DELAY_ENDED_BY));
  }

  private static Optional<String> name(String text, String before) {
    int start = text.indexOf(before);
    return start < 0
        ? Optional.empty()
        : Optional.of(text.substring(start + before.length()).split(" ", 2)[0]);
  }

  /** The form that the record keeps. */
  String text() {
    return command
        + designated.map(key -> " " + key).orElse("")
        + lossAcceptedBy.map(name -> ACCEPTED_BY + name).orElse("")
        + delayEndedBy.map(name -> DELAY_ENDED_BY + name).orElse("");
  }

  /** Whether the old primary replicates at the end. */
  boolean startsOldPrimary() {
    return command.equals(TAKEOVER_AUTO);
  }

  /** Whether the primary may be alive although it is treated as dead. */
  boolean fencesFirst() {
    return command.equals(FAILOVER) || command.equals(FORCED_TAKEOVER);
  }

  /** Whether a named person insists on one server, whatever is given up by that. */
  boolean insists() {
    return designated.isPresent() && lossAcceptedBy.isPresent();
  }

  /** Whether hooks run. */
  boolean hooks() {
    return !command.equals(RECOVER_LITE);
  }
}
