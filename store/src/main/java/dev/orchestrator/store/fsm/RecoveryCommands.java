package dev.orchestrator.store.fsm;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.Periods;
import dev.orchestrator.store.sql.Transaction;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Commands on recoveries and their ledger (rules A2, A3). Confined to raft-apply. */
final class RecoveryCommands {
  private final Database database;
  private final LostServers lost;

  RecoveryCommands(Database database, LostServers lost) {
    this.database = database;
    this.lost = lost;
  }

  CommandResult start(Transaction tx, Instant stamp, Command.StartRecovery c) {
    Optional<String> why = whyNotStart(tx, stamp, c);
    if (why.isPresent()) {
      return CommandResult.refused(why.get());
    }
    if (c.forced()) {
      acknowledgeFormer(tx, stamp, c);
    }
    long id = database.recoveries().nextId(tx);
    Instant blockedUntil = stamp.plusMillis(Periods.millis(c.blockSeconds()));
    database
        .recoveries()
        .put(
            tx,
            new Recovery(
                id,
                c.uid(),
                c.subject(),
                c.term(),
                c.node(),
                stamp,
                blockedUntil,
                Optional.empty(),
                Optional.empty()));
    database.locks().take(tx, c.uid(), c.subject());
    database.detections().link(tx, c.subject().detectionId(), id);
    return CommandResult.accepted(id);
  }

  /** Who insists on a recovery has seen the former ones of the cluster. */
  private void acknowledgeFormer(Transaction tx, Instant stamp, Command.StartRecovery c) {
    var acknowledgement =
        new Recovery.Acknowledgement(c.node(), "implied by recovery " + c.uid(), stamp);
    database.recoveries().blocking(tx, c.subject().clusterId(), stamp).stream()
        .filter(former -> !former.running())
        .forEach(former -> acknowledge(tx, former, acknowledgement));
  }

  /** Locks come first: not even force passes them. */
  private Optional<String> whyNotStart(Transaction tx, Instant stamp, Command.StartRecovery c) {
    if (database.recoveries().byUid(tx, c.uid()).isPresent()) {
      return Optional.of("recovery " + c.uid() + " exists already");
    }
    Optional<String> locked = whyLocked(tx, c.subject());
    if (locked.isPresent() || c.forced()) {
      return locked;
    }
    if (!database.settings().recoveriesEnabled(tx)) {
      return Optional.of("recoveries are disabled");
    }
    return database.recoveries().blocking(tx, c.subject().clusterId(), stamp).stream()
        .findFirst()
        .map(
            blocking ->
                "blocked until "
                    + blocking.blockedUntil()
                    + " by recovery "
                    + blocking.uid()
                    + "; acknowledge it");
  }

  private Optional<String> whyLocked(Transaction tx, Recovery.Subject subject) {
    Optional<String> cluster =
        database
            .locks()
            .holderOfCluster(tx, subject.clusterId())
            .map(uid -> "cluster " + subject.clusterId() + " is locked by recovery " + uid);
    return cluster.or(
        () ->
            subject.lockedUuids().stream().flatMap(uuid -> whyServerLocked(tx, uuid)).findFirst());
  }

  private Stream<String> whyServerLocked(Transaction tx, String uuid) {
    return database
        .locks()
        .holderOfServer(tx, uuid)
        .map(uid -> "server " + uuid + " is locked by recovery " + uid)
        .stream();
  }

  CommandResult plan(Transaction tx, Command.PlanSteps c) {
    Optional<String> why = whyNotOwned(tx, c.uid(), c.term());
    if (why.isPresent()) {
      return CommandResult.refused(why.get());
    }
    int first = database.recoverySteps().nextNumber(tx, c.uid());
    int number = first;
    for (RecoveryStep step : c.steps()) {
      RecoveryStep planned =
          RecoveryStep.planned(
              number, step.kind(), step.target(), step.targetUuid(), step.arguments(), step.why());
      database.recoverySteps().put(tx, c.uid(), planned);
      number++;
    }
    return CommandResult.accepted(first);
  }

  CommandResult takeOver(Transaction tx, Command.TakeOverRecovery c) {
    Optional<Recovery> found = database.recoveries().byUid(tx, c.uid());
    if (found.isEmpty() || !found.get().running()) {
      return CommandResult.refused(
          Ownership.whyNot(found, c.uid(), c.term()).orElse("recovery " + c.uid() + " has ended"));
    }
    Recovery recovery = found.get();
    if (c.term() <= recovery.term()) {
      return CommandResult.refused(
          "recovery "
              + c.uid()
              + " is owned by term "
              + recovery.term()
              + ", and "
              + c.term()
              + " is not higher");
    }
    database.recoveries().put(tx, recovery.ownedBy(c.term(), c.node()));
    return CommandResult.accepted(recovery.id());
  }

  CommandResult intend(Transaction tx, Instant stamp, Command.StepIntended c) {
    Optional<RecoveryStep> found = database.recoverySteps().find(tx, c.uid(), c.step());
    Optional<String> why =
        whyNotOwned(tx, c.uid(), c.term()).or(() -> StepRules.whyNotOpen(found, c.step()));
    if (why.isPresent()) {
      return CommandResult.refused(why.get());
    }
    RecoveryStep step = found.orElseThrow();
    if (c.attempt() - 1 != step.attempt()) {
      return CommandResult.refused(
          "step " + c.step() + " expects attempt " + (step.attempt() + 1) + ", not " + c.attempt());
    }
    database.recoverySteps().put(tx, c.uid(), StepRules.intended(step, c.term(), stamp));
    return CommandResult.accepted(c.step());
  }

  CommandResult endStep(Transaction tx, Instant stamp, Command.StepEnded c) {
    Optional<RecoveryStep> found = database.recoverySteps().find(tx, c.uid(), c.step());
    Optional<String> why =
        whyNotOwned(tx, c.uid(), c.term())
            .or(() -> StepRules.whyNotOpen(found, c.step()))
            .or(() -> StepRules.whyNotEnding(found.orElseThrow(), c.state(), c.attempt()));
    if (why.isPresent()) {
      return CommandResult.refused(why.get());
    }
    RecoveryStep ended = StepRules.ended(found.orElseThrow(), c.state(), c.detail(), stamp);
    database.recoverySteps().put(tx, c.uid(), ended);
    return CommandResult.accepted(c.step());
  }

  CommandResult end(Transaction tx, Instant stamp, Command.EndRecovery c) {
    Optional<Recovery> found = database.recoveries().byUid(tx, c.uid());
    Optional<String> why = Ownership.whyNot(found, c.uid(), c.term());
    if (why.isPresent()) {
      return CommandResult.refused(why.get());
    }
    Recovery recovery = found.orElseThrow();
    database.recoveries().put(tx, recovery.withEnding(c.ending().at(stamp)));
    database.locks().free(tx, c.uid());
    lost.ended(tx, stamp, recovery.subject(), c.ending());
    return CommandResult.accepted(recovery.id());
  }

  CommandResult acknowledge(Transaction tx, Instant stamp, Command.AcknowledgeRecoveries c) {
    long selectors =
        Stream.of(c.uid(), c.id(), c.clusterName(), c.key()).filter(Optional::isPresent).count();
    if (selectors > 1) {
      return CommandResult.refused("name one of uid, id, cluster or instance, not several");
    }
    List<Recovery> chosen =
        database.recoveries().acknowledgeable(tx, c.uid(), c.id(), c.clusterName(), c.key());
    var acknowledgement = new Recovery.Acknowledgement(c.owner(), c.comment(), stamp);
    chosen.forEach(recovery -> acknowledge(tx, recovery, acknowledgement));
    return CommandResult.accepted(chosen.size());
  }

  private void acknowledge(
      Transaction tx, Recovery recovery, Recovery.Acknowledgement acknowledgement) {
    database.recoveries().put(tx, recovery.withAcknowledgement(acknowledgement));
    database
        .detections()
        .clear(tx, recovery.subject().detectionId(), recovery.subject().failedKey());
  }

  private Optional<String> whyNotOwned(Transaction tx, String uid, long term) {
    return Ownership.whyNot(database.recoveries().byUid(tx, uid), uid, term);
  }
}
