package dev.orchestrator.store.replication;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.PseudoGtidTable;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When what people noted is forgotten, unless they note it again. The leader looks and proposes;
 * what expires is decided by its stamp in apply (rule L4). Immutable.
 *
 * @param candidates promotion rules
 * @param unresolves virtual names of hosts
 * @param pools members of pools
 */
public record NoteExpiry(Duration candidates, Duration unresolves, Duration pools) {
  /** An hour each, as published. */
  public static final NoteExpiry DEFAULT =
      new NoteExpiry(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

  /** The command to propose, if anything is due. */
  public Optional<Command> due(Database database, Instant now) {
    boolean due =
        database.maintenances().anyDue(now)
            || database.settings().anyPauseDue(now)
            || database.pseudoGtids().anyUntil(now.minus(PseudoGtidTable.KEPT))
            || database.candidates().anyUntil(now.minus(candidates))
            || database.unresolves().anyUntil(now.minus(unresolves))
            || database.pools().anyUntil(now.minus(pools));
    return due
        ? Optional.of(
            new Command.ExpireNotes(
                candidates.toSeconds(), unresolves.toSeconds(), pools.toSeconds()))
        : Optional.empty();
  }
}
