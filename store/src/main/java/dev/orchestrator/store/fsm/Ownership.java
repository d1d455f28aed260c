package dev.orchestrator.store.fsm;

import dev.orchestrator.store.model.Recovery;
import java.util.Optional;

/** The fence: who may still write into a recovery (rule A3). */
final class Ownership {
  private Ownership() {}

  /** Why a leader of this term may not write into the recovery; empty if it may. */
  static Optional<String> whyNot(Optional<Recovery> recovery, String uid, long term) {
    if (recovery.isEmpty()) {
      return Optional.of("recovery " + uid + " does not exist");
    }
    if (!recovery.get().running()) {
      return Optional.of("recovery " + uid + " has ended");
    }
    long owner = recovery.get().term();
    return owner == term
        ? Optional.empty()
        : Optional.of("recovery " + uid + " is owned by term " + owner + ", not " + term);
  }
}
