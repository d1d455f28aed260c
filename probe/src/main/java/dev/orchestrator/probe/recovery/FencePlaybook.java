package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes a replaced primary read-only that has come back writable, provided that the designated
 * primary is another server and is writable itself (rule D9). Confined to the recovery's thread.
 */
final class FencePlaybook implements Playbook {
  /** The name of this kind in the ledger. */
  static final String KIND = "FENCE_OLD_PRIMARY";

  /** Begins the lock of a fence; the cluster id follows. */
  static final String LOCK_PREFIX = "fence ";

  private final Database database;
  private final Sessions sessions;
  private final Clock clock;
  private final ClusterRecord cluster;

  FencePlaybook(Database database, Sessions sessions, Clock clock, ClusterRecord cluster) {
    this.database = database;
    this.sessions = sessions;
    this.clock = clock;
    this.cluster = cluster;
  }

  @Override
  public Next next(Recovery recovery, Ledger ledger) throws InterruptedException {
    if (!ledger.isEmpty()) {
      RecoveryStep step = ledger.steps().getFirst();
      return end(recovery, step.state() == RecoveryStep.State.DONE, step.detail());
    }
    Optional<String> doubt = doubt();
    if (doubt.isPresent()) {
      return end(recovery, false, doubt.get());
    }
    Plan plan =
        new Plan(0)
            .attempt(
                Ledger.AFTERMATH,
                StepKind.FENCE_OLD_PRIMARY,
                "old primary",
                new Target(recovery.subject().failedKey(), recovery.subject().failedUuid()),
                Map.of(RecoveryPlanner.WINNER_UUID, cluster.primaryUuid()),
                recovery.subject().failedKey()
                    + " was replaced by "
                    + cluster.primaryKey()
                    + " and must not accept writes");
    return new Next.Steps(plan.steps());
  }

  /** Why the designated primary may not be one. */
  private Optional<String> doubt() throws InterruptedException {
    boolean current =
        database.clusters().byId(cluster.clusterId()).filter(cluster::equals).isPresent();
    if (!current) {
      return Optional.of("the primary record has changed meanwhile");
    }
    try {
      ServerReading primary = sessions.read(cluster.primaryKey());
      return primary.uuid().equals(cluster.primaryUuid()) && primary.writable()
          ? Optional.empty()
          : Optional.of(cluster.primaryKey() + " is not the writable primary");
    } catch (SQLException e) {
      return Optional.of(cluster.primaryKey() + " cannot be read: " + e.getMessage());
    }
  }

  private Next end(Recovery recovery, boolean fenced, String detail) {
    return new Next.End(
        new Recovery.Ending(
            fenced,
            Optional.empty(),
            "",
            List.of(),
            List.of(recovery.subject().failedKey()),
            fenced ? List.of() : List.of(detail),
            fenced
                ? "the old primary is read-only; what it accepted since it came back is unknown"
                : "the old primary may still accept writes",
            clock.instant()));
  }
}
