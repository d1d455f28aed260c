package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Judges a replaced primary that has come back: it follows its successor, or is quarantined with
 * the reason (rule D9). Confined to the recovery's thread.
 */
final class ReturnPlaybook implements Playbook {
  /** The name of this kind in the ledger. */
  static final String KIND = "OLD_PRIMARY_RETURN";

  /** Begins the lock of a return; the cluster id follows. */
  static final String LOCK_PREFIX = "return ";

  /** Begins the error of one that was not let back. */
  static final String QUARANTINED = "quarantined: ";

  private static final int STAGE = Ledger.AFTERMATH;
  private static final String LANE = "old primary";

  private final RecoveryConfig config;
  private final Database database;
  private final Sessions sessions;
  private final Clock clock;
  private final ClusterRecord cluster;

  ReturnPlaybook(
      RecoveryConfig config,
      Database database,
      Sessions sessions,
      Clock clock,
      ClusterRecord cluster) {
    this.config = config;
    this.database = database;
    this.sessions = sessions;
    this.clock = clock;
    this.cluster = cluster;
  }

  @Override
  public Next next(Recovery recovery, Ledger ledger) throws InterruptedException {
    if (!ledger.isEmpty()) {
      return end(recovery, ledger);
    }
    boolean current =
        database.clusters().byId(cluster.clusterId()).filter(cluster::equals).isPresent();
    if (!current) {
      return end("the primary record has changed meanwhile");
    }
    try {
      ServerReading old = sessions.read(recovery.subject().failedKey());
      ServerReading successor = sessions.read(cluster.primaryKey());
      boolean right =
          old.uuid().equals(recovery.subject().failedUuid())
              && successor.uuid().equals(cluster.primaryUuid())
              && successor.writable();
      return right
          ? new Next.Steps(plan(recovery, old, successor))
          : end("not the servers that are meant, or the new primary is not writable");
    } catch (SQLException e) {
      return end("cannot be read: " + e.getMessage());
    }
  }

  private List<RecoveryStep> plan(Recovery recovery, ServerReading old, ServerReading successor) {
    Optional<RecoveryStep> gathered = gathered(recovery.subject().failedUuid());
    Optional<InstanceKey> account = accountOf(successor);
    ReturnCheck check =
        ReturnCheck.of(
            new ReturnCheck.Facts(
                config.rejoinOldPrimary() && account.isPresent(),
                gathered.map(s -> s.arguments().get(RecoveryPlanner.DURABLE)).orElse("unknown"),
                gathered
                    .map(step -> DurabilityPolicy.of(step.arguments()))
                    .orElse(DurabilityPolicy.ASYNCHRONOUS),
                old,
                successor));
    Plan plan = new Plan(0);
    boolean refused = !check.reasons().isEmpty();
    plan.gate(
        STAGE,
        StepKind.DECIDE,
        LANE,
        Target.NOBODY,
        Map.of(
            RecoveryPlanner.LOSS,
            check.loss(),
            RecoveryPlanner.REASON,
            refused ? QUARANTINED + String.join("; ", check.reasons()) : ""),
        refused
            ? old.key() + " is left alone: " + String.join("; ", check.reasons())
            : old.key() + " follows " + successor.key() + ": it holds nothing else");
    if (!refused) {
      follow(plan, Target.of(old), old, successor, account.orElseThrow());
    }
    return plan.steps();
  }

  private static void follow(
      Plan plan, Target old, ServerReading server, ServerReading successor, InstanceKey account) {
    Map<String, String> arguments = new HashMap<>();
    arguments.put(RecoveryPlanner.WINNER_UUID, successor.uuid());
    arguments.put(RecoveryPlanner.TRANSACTIONS, successor.executed().toString());
    arguments.put(RecoveryPlanner.SOURCE_UUID, successor.uuid());
    arguments.put(RecoveryPlanner.SOURCE_HOST, successor.key().host());
    arguments.put(RecoveryPlanner.SOURCE_PORT, Integer.toString(successor.key().port()));
    arguments.put(TakeoverPlanner.ACCOUNT_OF, account.toString());
    String why = server.key() + " follows " + successor.key();
    plan.gate(STAGE, StepKind.FENCE_OLD_PRIMARY, LANE, old, arguments, why)
        .gate(STAGE, StepKind.ATTACH, LANE, old, arguments, why);
    if (server.semiSync().sourceEnabled() || successor.semiSync().sourceEnabled()) {
      plan.gate(STAGE, StepKind.BECOME_REPLICA, LANE, old, arguments, why);
    }
    plan.gate(STAGE, StepKind.START_REPLICATION, LANE, old, arguments, why);
  }

  /** What the newest failover of this primary wrote down of its promise and settings. */
  private Optional<RecoveryStep> gathered(String oldUuid) {
    return ReturnStarter.failover(database, cluster.clusterId(), oldUuid)
        .flatMap(
            past ->
                new Ledger(database.recoverySteps().of(past.uid()))
                    .of(StepKind.STOP_RECEIVER).stream().findFirst());
  }

  /** A server that replicates from the new primary and knows an account for that. */
  private Optional<InstanceKey> accountOf(ServerReading successor) {
    return database.instances().all().stream()
        .filter(i -> i.isReplica() && i.check().lastCheckValid())
        .filter(i -> i.replication().source().equals(successor.key()))
        .map(Instance::key)
        .sorted()
        .findFirst();
  }

  private Next end(String why) {
    return new Next.End(
        new Recovery.Ending(
            false,
            Optional.empty(),
            "",
            List.of(),
            List.of(),
            List.of(why),
            "nothing is known yet of what only the old primary holds",
            clock.instant()));
  }

  private Next end(Recovery recovery, Ledger ledger) {
    InstanceKey old = recovery.subject().failedKey();
    RecoveryStep decision = ledger.of(StepKind.DECIDE).getFirst();
    String reason = decision.arguments().getOrDefault(RecoveryPlanner.REASON, "");
    List<String> broken =
        ledger.steps().stream()
            .filter(step -> Ledger.ended(step) && step.state() != RecoveryStep.State.DONE)
            .map(step -> QUARANTINED + step.kind() + ": " + step.detail())
            .toList();
    List<String> errors = reason.isEmpty() ? broken : List.of(reason);
    return new Next.End(
        new Recovery.Ending(
            errors.isEmpty(),
            errors.isEmpty() ? Optional.of(cluster.primaryKey()) : Optional.empty(),
            errors.isEmpty() ? cluster.primaryUuid() : "",
            List.of(),
            ledger.size() > 1 ? List.of(old) : List.of(),
            errors,
            decision.arguments().getOrDefault(RecoveryPlanner.LOSS, ""),
            clock.instant()));
  }
}
