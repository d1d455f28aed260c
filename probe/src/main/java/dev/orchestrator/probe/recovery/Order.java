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
 */
record Order(String command, Optional<InstanceKey> designated, Optional<String> lossAcceptedBy) {
  private static final String ACCEPTED_BY = " accept-loss-by=";

  static final String TAKEOVER = "graceful-master-takeover";
  static final String TAKEOVER_AUTO = "graceful-master-takeover-auto";
  static final String FAILOVER = "force-master-failover";
  static final String FORCED_TAKEOVER = "force-master-takeover";
  static final String RECOVER = "recover";
  static final String RECOVER_LITE = "recover-lite";

  Order(String command, Optional<InstanceKey> designated) {
    this(command, designated, Optional.empty());
  }

  static Order of(Recovery.Subject subject) {
    String text = subject.command();
    int accepted = text.indexOf(ACCEPTED_BY);
    Optional<String> by =
        accepted < 0
            ? Optional.empty()
            : Optional.of(text.substring(accepted + ACCEPTED_BY.length()));
    String[] words = (accepted < 0 ? text : text.substring(0, accepted)).split(" ", 2);
    return new Order(
        words[0],
        words.length > 1 ? Optional.of(InstanceKey.parse(words[1], 0)) : Optional.empty(),
        by);
  }

  /** The form that the record keeps. */
  String text() {
    return command
        + designated.map(key -> " " + key).orElse("")
        + lossAcceptedBy.map(name -> ACCEPTED_BY + name).orElse("");
  }

  /** Whether the old primary replicates at the end. */
  boolean startsOldPrimary() {
    return command.equals(TAKEOVER_AUTO);
  }

  /** Whether the primary may be alive although it is treated as dead. */
  boolean fencesFirst() {
    return command.equals(FAILOVER) || command.equals(FORCED_TAKEOVER);
  }

  /** Whether hooks run. */
  boolean hooks() {
    return !command.equals(RECOVER_LITE);
  }
}
