package dev.orchestrator.store.fsm;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Maintenance;
import dev.orchestrator.store.model.RecoveryPause;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.Periods;
import dev.orchestrator.store.sql.PseudoGtidTable;
import dev.orchestrator.store.sql.Transaction;
import java.time.Instant;
import java.util.Optional;

/** Commands on what people note about the fleet. Confined to raft-apply. */
final class NoteCommands {
  private final Database database;

  NoteCommands(Database database) {
    this.database = database;
  }

  CommandResult apply(Transaction tx, Instant stamp, Command.Note note) {
    return switch (note) {
      case Command.ForgetCluster c -> forget(tx, c);
      case Command.PutTag c -> {
        database.tags().put(tx, c.tag());
        yield CommandResult.ACCEPTED;
      }
      case Command.DeleteTags c ->
          CommandResult.accepted(database.tags().delete(tx, c.key(), c.tag(), c.value()));
      case Command.RegisterCandidate c -> {
        database.candidates().put(tx, c.key(), c.rule(), stamp);
        yield CommandResult.ACCEPTED;
      }
      case Command.RegisterUnresolve c -> {
        if (c.virtualName().isEmpty()) {
          database.unresolves().delete(tx, c.key().host());
        } else {
          database.unresolves().put(tx, c.key().host(), c.virtualName(), stamp);
        }
        yield CommandResult.ACCEPTED;
      }
      case Command.SubmitPool c -> {
        database.pools().replace(tx, c.pool(), c.members(), stamp);
        yield CommandResult.ACCEPTED;
      }
      case Command.BeginMaintenance c -> begin(tx, stamp, c);
      case Command.EndMaintenance c -> end(tx, c);
      case Command.SetClusterAlias c -> {
        if (c.alias().isEmpty()) {
          database.aliases().delete(tx, c.clusterName());
        } else {
          database.aliases().put(tx, c.clusterName(), c.alias());
        }
        yield CommandResult.ACCEPTED;
      }
      case Command.PutKeyValue c -> {
        database.keyValues().put(tx, c.key(), c.value());
        yield CommandResult.ACCEPTED;
      }
      case Command.InjectedPseudoGtid c -> injected(tx, stamp, c);
      case Command.PauseRecoveries c -> pause(tx, stamp, c);
      case Command.ExpireNotes c -> expire(tx, stamp, c);
    };
  }

  /** What each node has seen of the members is its own, so the answer is always yes. */
  private CommandResult forget(Transaction tx, Command.ForgetCluster c) {
    for (InstanceKey member : c.members()) {
      database.seeds().delete(tx, member);
      database.instances().delete(tx, member);
    }
    return CommandResult.accepted(c.members().size());
  }

  private CommandResult begin(Transaction tx, Instant stamp, Command.BeginMaintenance c) {
    Optional<Maintenance> other =
        database.maintenances().find(tx, c.key()).filter(found -> found.endsAt().isAfter(stamp));
    if (other.isPresent()) {
      return CommandResult.refused(
          c.key()
              + " is in maintenance by "
              + other.get().owner()
              + " until "
              + other.get().endsAt());
    }
    database.maintenances().delete(tx, c.key()); // one that has ended and was not yet removed
    long id = database.settings().nextMaintenanceId(tx);
    Instant end = stamp.plusMillis(Periods.millis(c.durationSeconds()));
    database
        .maintenances()
        .insert(tx, new Maintenance(id, c.key(), c.owner(), c.reason(), stamp, end));
    return CommandResult.accepted(id);
  }

  private CommandResult end(Transaction tx, Command.EndMaintenance c) {
    if (c.key().isPresent() == c.id().isPresent()) {
      return CommandResult.refused("name either the instance or the number of a maintenance");
    }
    int ended =
        c.key()
            .map(key -> database.maintenances().delete(tx, key))
            .orElseGet(() -> database.maintenances().delete(tx, c.id().orElseThrow()));
    return CommandResult.accepted(ended);
  }

  /** Images hold the rows only from this format on, so there may be none before. */
  private CommandResult injected(Transaction tx, Instant stamp, Command.InjectedPseudoGtid c) {
    if (database.settings().commandFormat(tx) < c.format()) {
      return CommandResult.refused("not every member reads format " + c.format());
    }
    database.pseudoGtids().put(tx, c.clusterName(), stamp);
    return CommandResult.ACCEPTED;
  }

  private CommandResult pause(Transaction tx, Instant stamp, Command.PauseRecoveries c) {
    if (c.durationSeconds() <= 0) {
      return CommandResult.accepted(database.settings().endPause(tx, c.clusterId()));
    }
    Instant end = stamp.plusMillis(Periods.millis(c.durationSeconds()));
    database
        .settings()
        .pause(tx, new RecoveryPause(c.clusterId(), c.owner(), c.reason(), stamp, end));
    return CommandResult.ACCEPTED;
  }

  private CommandResult expire(Transaction tx, Instant stamp, Command.ExpireNotes c) {
    return CommandResult.accepted(
        (long) database.candidates().deleteUntil(tx, before(stamp, c.candidateSeconds()))
            + database.unresolves().deleteUntil(tx, before(stamp, c.unresolveSeconds()))
            + database.pools().deleteUntil(tx, before(stamp, c.poolSeconds()))
            + database.maintenances().deleteEnded(tx, stamp)
            + database.settings().endPausesUntil(tx, stamp)
            + database.pseudoGtids().deleteUntil(tx, stamp.minus(PseudoGtidTable.KEPT)));
  }

  private static Instant before(Instant stamp, long seconds) {
    return stamp.minusMillis(Periods.millis(seconds));
  }
}
