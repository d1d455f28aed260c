package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.List;

/** What a kind of recovery does: the engine asks it whenever nothing planned is left to do. */
interface Playbook {
  /** What comes next, from the ledger and fresh readings. */
  Next next(Recovery recovery, Ledger ledger) throws WorkStopped, InterruptedException;

  /**
   * Takes up what an earlier leader left, before any step is run: a chance to read what the steps
   * that are planned will need.
   */
  default void resume(Ledger ledger) throws InterruptedException {}

  /** What comes next. */
  sealed interface Next {
    /** More steps. */
    record Steps(List<RecoveryStep> steps) implements Next {
      public Steps {
        steps = List.copyOf(steps);
      }
    }

    /** Nothing: this is how it ended. */
    record End(Recovery.Ending ending) implements Next {}
  }
}
