package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.util.Optional;

/**
 * Lifts the blocks of recoveries that ended because the primary was back: it is still the primary,
 * and may die in earnest. Who ends such a recovery does so, and every leader from time to time, as
 * the one who ended it may have died right after. Stateless.
 */
final class RevivalBlocks {
  /** A leader looks every few seconds: more do not end meanwhile. */
  private static final int NEWEST = 20;

  private RevivalBlocks() {}

  static void lift(Database database, Proposals proposals) {
    database.recoveries().newest(true, 0, NEWEST).stream()
        .filter(RevivalBlocks::endedByRevival)
        .forEach(
            recovery ->
                proposals.propose(
                    new Command.AcknowledgeRecoveries(
                        Optional.of(recovery.uid()),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        "orchestrator",
                        "the primary answers again: nobody was promoted")));
  }

  private static boolean endedByRevival(Recovery recovery) {
    return recovery.ending().stream()
        .flatMap(ending -> ending.errors().stream())
        .anyMatch(error -> error.startsWith(Revival.PRIMARY_ANSWERS));
  }
}
