package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.RecoveryStep;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * What a step does on one server. The engine reads the server, asks for an obstacle, looks whether
 * the effect is there already, acts, and reads until the effect is there or the deadline passes. So
 * every action may be repeated. Immutable.
 */
sealed interface ServerAction permits PromotionAction, ReplicaAction, TakeoverAction {
  /** Why the step must not run on a server in this state; empty when it may. */
  default Optional<String> obstacle(ServerReading server, RecoveryStep step) {
    return Optional.empty();
  }

  /** Whether the server is as the step wants it. */
  boolean holds(ServerReading server, RecoveryStep step);

  /** Brings the effect about, or starts to. */
  void act(ServerSession session, ServerReading server, RecoveryStep step) throws SQLException;

  /** Whether nothing more is to be expected although the effect is not there. */
  default Optional<String> hopeless(ServerReading server, RecoveryStep step) {
    return Optional.empty();
  }

  /** Whether a server that does not answer needs nothing done to it. */
  default boolean pointlessWhenDown() {
    return false;
  }

  /** Whether the step changes nothing on the server, so that it needs no permission (rule A3). */
  default boolean onlyLooks() {
    return false;
  }

  /** Whether the server's answer is all that can be seen of the effect. */
  default boolean provenByAnswer() {
    return false;
  }

  /** Whether the step is tried again on a new session when its session was lost. */
  default boolean repeatable() {
    return true;
  }

  /** The longest wait for the effect, however much progress is made; empty for as long as it is. */
  default Optional<Duration> limit(RecoveryStep step) {
    return Optional.empty();
  }

  /** The action of a step kind; empty for kinds that touch no server. */
  static Optional<ServerAction> of(StepKind kind) {
    return switch (kind) {
      case STOP_RECEIVER -> Optional.of(new ReplicaAction.StopReceiver());
      case DETACH -> Optional.of(new ReplicaAction.Detach());
      case END_DELAY -> Optional.of(new PromotionAction.EndDelay());
      case FETCH -> Optional.of(new PromotionAction.Fetch());
      case WAIT_APPLIED -> Optional.of(new PromotionAction.WaitApplied());
      case ROTATE_LOG -> Optional.of(new PromotionAction.RotateLog());
      case SET_SEMI_SYNC -> Optional.of(new PromotionAction.SetSemiSync());
      case STOP_REPLICATION -> Optional.of(new PromotionAction.StopReplication());
      case RESET_REPLICATION -> Optional.of(new PromotionAction.ResetReplication());
      case SET_WRITABLE -> Optional.of(new PromotionAction.SetWritable());
      case VERIFY_WRITABLE -> Optional.of(new PromotionAction.VerifyWritable());
      case REPOINT -> Optional.of(new ReplicaAction.Repoint());
      case START_REPLICATION -> Optional.of(new ReplicaAction.StartReplication());
      case START_RECEIVER -> Optional.of(new ReplicaAction.StartReceiver());
      case FENCE_OLD_PRIMARY -> Optional.of(new ReplicaAction.FenceOldPrimary());
      case FENCE_PRIMARY -> Optional.of(new TakeoverAction.FencePrimary());
      case VERIFY_FENCED -> Optional.of(new TakeoverAction.VerifyFenced());
      case APPROACH -> Optional.of(new TakeoverAction.Approach());
      case CATCH_UP -> Optional.of(new TakeoverAction.CatchUp());
      case ATTACH -> Optional.of(new TakeoverAction.Attach());
      case BECOME_REPLICA -> Optional.of(new TakeoverAction.BecomeReplica());
      case REVOKE_PROMOTION -> Optional.of(new TakeoverAction.RevokePromotion());
      case RESTORE_WRITES -> Optional.of(new TakeoverAction.RestoreWrites());
      case RUN_HOOK, DECIDE, DESIGNATE -> Optional.empty();
    };
  }

  /** An argument of the step, {@code ""} when it has none of that name. */
  static String argument(RecoveryStep step, String name) {
    return step.arguments().getOrDefault(name, "");
  }

  /** The server that the step's target is to follow. */
  static InstanceKey source(RecoveryStep step) {
    return new InstanceKey(
        argument(step, RecoveryPlanner.SOURCE_HOST),
        Integer.parseInt(argument(step, RecoveryPlanner.SOURCE_PORT)));
  }

  /** The transactions that the step is about. */
  static GtidSet transactions(RecoveryStep step) {
    return GtidSet.parse(argument(step, RecoveryPlanner.TRANSACTIONS));
  }

  /** The server has executed what the step's plan rests on. */
  static Optional<String> unapplied(ServerReading server, RecoveryStep step) {
    GtidSet missing = transactions(step).minus(server.executed());
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("has not executed " + missing.count() + " transactions");
  }
}
