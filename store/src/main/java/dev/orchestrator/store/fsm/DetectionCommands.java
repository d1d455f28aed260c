package dev.orchestrator.store.fsm;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.Transaction;
import java.time.Instant;
import java.util.Optional;

/** Commands on failure detections. Confined to raft-apply. */
final class DetectionCommands {
  private final Database database;

  DetectionCommands(Database database) {
    this.database = database;
  }

  CommandResult register(Transaction tx, Instant stamp, Command.RegisterDetection c) {
    Optional<FailureDetection> active =
        database.detections().active(tx, c.key()).stream()
            .filter(detection -> detection.actionable() == c.actionable())
            .findFirst();
    if (active.isPresent()) {
      return CommandResult.refused(
          c.key()
              + " has the active detection "
              + active.get().id()
              + " ("
              + active.get().analysis()
              + ") since "
              + active.get().detectedAt());
    }
    long id = database.detections().nextId(tx);
    database
        .detections()
        .insert(
            tx,
            new FailureDetection(
                id,
                c.key(),
                c.clusterName(),
                c.clusterAlias(),
                c.analysis(),
                c.description(),
                c.replicas(),
                c.actionable(),
                c.node(),
                stamp,
                true,
                0));
    return CommandResult.accepted(id);
  }
}
