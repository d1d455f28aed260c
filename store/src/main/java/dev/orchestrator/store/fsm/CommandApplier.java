package dev.orchestrator.store.fsm;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.StampedCommand;
import dev.orchestrator.store.command.UnknownCommandException;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.sql.AppliedTable;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.SettingTable.LeaderAnnouncement;
import dev.orchestrator.store.sql.Transaction;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns committed commands into rows, in one transaction with the last one's index and term. A
 * function of the replicated rows and the command: it asks no clock, no configuration and no local
 * fact, so every node ends with the same rows. Whatever a command may hold, it is applied or
 * refused: an exception would stop every node at the same entry. Confined to raft-apply.
 */
final class CommandApplier {
  private static final CommandResult REPLAYED = new CommandResult(true, "replayed", 0);

  private final Database database;
  private final RecoveryCommands recoveries;
  private final ClusterCommands clusters;
  private final DetectionCommands detections;
  private final NoteCommands notes;
  private final LostServers lost;

  CommandApplier(Database database) {
    this.database = database;
    lost = new LostServers(database);
    recoveries = new RecoveryCommands(database, lost);
    clusters = new ClusterCommands(database, lost);
    detections = new DetectionCommands(database);
    notes = new NoteCommands(database);
  }

  /** A command and its place in the log. */
  record Numbered(LogId id, StampedCommand stamped) {}

  /** Applies the command, or does nothing if its index is applied already. */
  CommandResult apply(LogId id, StampedCommand stamped) {
    return applyAll(List.of(new Numbered(id, stamped))).getFirst();
  }

  /** Applies commands that follow each other, all or none; those applied already do nothing. */
  List<CommandResult> applyAll(List<Numbered> commands) {
    return database.apply(
        tx -> {
          AppliedTable.Progress before = database.applied().progress(tx);
          LogId last = before.id();
          long millis = before.lastStampEpochMillis();
          List<CommandResult> results = new ArrayList<>(commands.size());
          for (Numbered next : commands) {
            if (!isNext(last, next.id())) {
              results.add(REPLAYED);
              continue;
            }
            // Stamps always grow (rule L4), even if a leader was wrong about the newest one.
            millis = Math.max(next.stamped().stampEpochMillis(), millis + 1);
            results.add(apply(tx, next.id(), Instant.ofEpochMilli(millis), next.stamped()));
            last = next.id();
          }
          if (!last.equals(before.id())) {
            database.applied().advance(tx, last, millis);
          }
          return results;
        });
  }

  private CommandResult apply(Transaction tx, LogId id, Instant stamp, StampedCommand stamped) {
    return KeyRules.whyNot(stamped.command())
        .map(CommandResult::refused)
        .orElseGet(() -> apply(tx, id, stamp, stamped.command()));
  }

  /** Passes an entry without a command. */
  void advance(LogId id) {
    database.apply(
        tx -> {
          boolean next = isNext(database.applied().id(tx), id);
          if (next) {
            database.applied().advance(tx, id);
          }
          return next;
        });
  }

  /**
   * Whether the entry is the next one; false if it was applied before.
   *
   * @throws IllegalStateException entries are missing between the rows and this one
   */
  private static boolean isNext(LogId applied, LogId id) {
    if (id.index() <= applied.index()) {
      return false;
    }
    if (id.index() != applied.index() + 1 || id.term() < applied.term()) {
      throw new IllegalStateException(
          "entry " + id + " cannot follow the applied entry " + applied);
    }
    return true;
  }

  private CommandResult apply(Transaction tx, LogId id, Instant stamp, Command command) {
    return switch (command) {
      case Command.AnnounceLeader c -> announce(tx, c);
      case Command.Discover c -> {
        database.seeds().put(tx, c.key());
        yield CommandResult.ACCEPTED;
      }
      case Command.Forget c -> forget(tx, c);
      case Command.BeginDowntime c -> {
        database.downtimes().put(tx, c.downtime());
        yield CommandResult.ACCEPTED;
      }
      case Command.EndDowntime c ->
          CommandResult.accepted(database.downtimes().delete(tx, c.key()));
      case Command.EndLostDowntime c -> CommandResult.accepted(lost.found(tx, c.key()));
      case Command.SetGlobalRecoveries c -> {
        database.settings().enableRecoveries(tx, c.enabled());
        yield CommandResult.ACCEPTED;
      }
      case Command.AcknowledgeRecoveries c -> recoveries.acknowledge(tx, stamp, c);
      case Command.RegisterCluster c -> clusters.register(tx, c);
      case Command.DesignatePrimary c -> clusters.designate(tx, c);
      case Command.RegisterDetection c -> detections.register(tx, stamp, c);
      case Command.StartRecovery c -> recoveries.start(tx, stamp, c);
      case Command.PlanSteps c -> recoveries.plan(tx, c);
      case Command.TakeOverRecovery c -> recoveries.takeOver(tx, c);
      case Command.StepIntended c -> recoveries.intend(tx, stamp, c);
      case Command.StepEnded c -> recoveries.endStep(tx, stamp, c);
      case Command.EndRecovery c -> recoveries.end(tx, stamp, c);
      case Command.Expire c ->
          CommandResult.accepted(
              (long) database.downtimes().deleteEnded(tx, stamp)
                  + database.detections().clearDue(tx, stamp, c.detectionBlockSeconds()));
      case Command.Note note -> notes.apply(tx, stamp, note);
      case Command.CheckState _ -> {
        database.settings().checkIndex(tx, id.index());
        database.stateReports().deleteAll(tx);
        yield CommandResult.accepted(id.index());
      }
      case Command.ReportState c -> report(tx, c.report());
      case Command.RaiseFormat c -> raise(tx, c.version());
    };
  }

  private CommandResult announce(Transaction tx, Command.AnnounceLeader c) {
    long newest = database.settings().leader(tx).map(LeaderAnnouncement::term).orElse(-1L);
    if (c.term() < newest) {
      return CommandResult.refused(
          "term " + newest + " has announced its leader already, " + c.term() + " is older");
    }
    try {
      LeaderAnnouncement leader = new LeaderAnnouncement(c.member(), c.term(), new URI(c.uri()));
      database.settings().announceLeader(tx, leader);
      return CommandResult.ACCEPTED;
    } catch (URISyntaxException e) {
      return CommandResult.refused("'" + c.uri() + "' is not a URI: " + e.getReason());
    }
  }

  /** Late reports of a former check say nothing about this one. */
  private CommandResult report(Transaction tx, StateReport report) {
    long newest = database.settings().checkIndex(tx);
    if (report.checkIndex() != newest) {
      return CommandResult.refused(
          "the newest check is at index " + newest + ", not " + report.checkIndex());
    }
    database.stateReports().put(tx, report);
    return CommandResult.ACCEPTED;
  }

  private CommandResult raise(Transaction tx, int version) {
    int agreed = database.settings().commandFormat(tx);
    if (version < agreed) {
      return CommandResult.refused(
          "command format " + agreed + " is in use, " + version + " is old");
    }
    if (version > CommandCodec.FORMAT_VERSION) {
      throw new UnknownCommandException(
          "the members agreed on command format "
              + version
              + ", this program reads 1 to "
              + CommandCodec.FORMAT_VERSION
              + "; install the version that the leader runs");
    }
    database.settings().commandFormat(tx, version);
    return CommandResult.accepted(version);
  }

  /** The rows differ by node (the instance is a local fact), so the answer is always yes. */
  private CommandResult forget(Transaction tx, Command.Forget c) {
    database.seeds().delete(tx, c.key());
    database.instances().delete(tx, c.key());
    return CommandResult.ACCEPTED;
  }
}
