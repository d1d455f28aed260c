package dev.orchestrator.store.fsm;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.Transaction;
import java.util.Optional;

/** Commands on the primary records (rule A1). Confined to raft-apply. */
final class ClusterCommands {
  private final Database database;
  private final LostServers lost;

  ClusterCommands(Database database, LostServers lost) {
    this.database = database;
    this.lost = lost;
  }

  CommandResult register(Transaction tx, Command.RegisterCluster c) {
    if (database.clusters().byId(tx, c.clusterId()).isPresent()) {
      return CommandResult.refused("cluster " + c.clusterId() + " is registered already");
    }
    Optional<ClusterRecord> other = database.clusters().byPrimaryUuid(tx, c.primaryUuid());
    if (other.isPresent()) {
      return alreadyPrimary(c.primaryUuid(), other.get());
    }
    database
        .clusters()
        .put(tx, new ClusterRecord(c.clusterId(), c.primaryUuid(), c.primaryKey(), 1, c.alias()));
    lost.designated(tx, c.primaryKey());
    return CommandResult.accepted(1);
  }

  CommandResult designate(Transaction tx, Command.DesignatePrimary c) {
    Optional<ClusterRecord> found = database.clusters().byId(tx, c.clusterId());
    if (found.isEmpty()) {
      return CommandResult.refused("cluster " + c.clusterId() + " is not registered");
    }
    ClusterRecord cluster = found.get();
    Optional<String> why =
        c.recoveryUid().isEmpty() ? whyLocked(tx, c.clusterId()) : whyNotOwned(tx, c);
    if (why.isPresent()) {
      return CommandResult.refused(why.get());
    }
    if (cluster.epoch() != c.expectedEpoch()) {
      return CommandResult.refused(
          "cluster "
              + c.clusterId()
              + " is at epoch "
              + cluster.epoch()
              + " with primary "
              + cluster.primaryKey()
              + ", not at epoch "
              + c.expectedEpoch());
    }
    Optional<ClusterRecord> other = database.clusters().byPrimaryUuid(tx, c.primaryUuid());
    if (other.isPresent() && !other.get().clusterId().equals(c.clusterId())) {
      return alreadyPrimary(c.primaryUuid(), other.get());
    }
    long epoch = cluster.epoch() + 1;
    database
        .clusters()
        .put(
            tx,
            new ClusterRecord(
                c.clusterId(), c.primaryUuid(), c.primaryKey(), epoch, cluster.alias()));
    lost.designated(tx, c.primaryKey());
    // The alias that people gave the cluster follows its primary, whose address is its name.
    database.aliases().rename(tx, cluster.primaryKey().toString(), c.primaryKey().toString());
    return CommandResult.accepted(epoch);
  }

  private Optional<String> whyLocked(Transaction tx, String clusterId) {
    return database
        .locks()
        .holderOfCluster(tx, clusterId)
        .map(uid -> "cluster " + clusterId + " is locked by recovery " + uid);
  }

  private Optional<String> whyNotOwned(Transaction tx, Command.DesignatePrimary c) {
    Optional<Recovery> recovery = database.recoveries().byUid(tx, c.recoveryUid());
    Optional<String> why = Ownership.whyNot(recovery, c.recoveryUid(), c.term());
    if (why.isPresent()) {
      return why;
    }
    String lockedId = recovery.orElseThrow().subject().clusterId();
    return lockedId.equals(c.clusterId())
        ? Optional.empty()
        : Optional.of(
            "recovery "
                + c.recoveryUid()
                + " is of cluster "
                + lockedId
                + ", not "
                + c.clusterId());
  }

  private static CommandResult alreadyPrimary(String uuid, ClusterRecord cluster) {
    return CommandResult.refused(
        "server " + uuid + " is the designated primary of cluster " + cluster.clusterId());
  }
}
