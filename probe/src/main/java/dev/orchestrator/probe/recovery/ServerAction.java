package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.recovery.ServerReading.SemiSync;
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
sealed interface ServerAction
    permits ServerAction.Detach,
        ServerAction.EndDelay,
        ServerAction.FenceOldPrimary,
        ServerAction.Repoint,
        ServerAction.ResetReplication,
        ServerAction.SetSemiSync,
        ServerAction.SetWritable,
        ServerAction.StartReceiver,
        ServerAction.StartReplication,
        ServerAction.StopReceiver,
        ServerAction.StopReplication,
        ServerAction.VerifyWritable,
        ServerAction.WaitApplied,
        TakeoverAction {
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
      case STOP_RECEIVER -> Optional.of(new StopReceiver());
      case DETACH -> Optional.of(new Detach());
      case END_DELAY -> Optional.of(new EndDelay());
      case WAIT_APPLIED -> Optional.of(new WaitApplied());
      case SET_SEMI_SYNC -> Optional.of(new SetSemiSync());
      case STOP_REPLICATION -> Optional.of(new StopReplication());
      case RESET_REPLICATION -> Optional.of(new ResetReplication());
      case SET_WRITABLE -> Optional.of(new SetWritable());
      case VERIFY_WRITABLE -> Optional.of(new VerifyWritable());
      case REPOINT -> Optional.of(new Repoint());
      case START_REPLICATION -> Optional.of(new StartReplication());
      case START_RECEIVER -> Optional.of(new StartReceiver());
      case FENCE_OLD_PRIMARY -> Optional.of(new FenceOldPrimary());
      case FENCE_PRIMARY -> Optional.of(new TakeoverAction.FencePrimary());
      case VERIFY_FENCED -> Optional.of(new TakeoverAction.VerifyFenced());
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
  private static Optional<String> unapplied(ServerReading server, RecoveryStep step) {
    GtidSet missing = transactions(step).minus(server.executed());
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("has not executed " + missing.count() + " transactions");
  }

  /** {@link StepKind#STOP_RECEIVER}. */
  record StopReceiver() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      Optional<Channel> channel = server.channel();
      if (channel.isEmpty()) {
        return Optional.of("replicates from nobody");
      }
      boolean follows =
          channel.get().source().equals(source(step))
              || channel.get().sourceUuid().equals(argument(step, RecoveryPlanner.SOURCE_UUID));
      return follows
          ? Optional.empty()
          : Optional.of("replicates from " + channel.get().source() + " by now");
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.channel().map(Channel::receiverStopped).orElse(false);
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute(session.words().stopReceiver());
    }
  }

  /**
   * {@link StepKind#END_DELAY}. With both threads stopped the change would delete the relay logs,
   * and with them what only this server holds (MySQL manual, CHANGE REPLICATION SOURCE TO): the
   * receiver runs meanwhile, even if it connects to nobody.
   */
  record EndDelay() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return server.channel().isEmpty() ? Optional.of("replicates from nobody") : Optional.empty();
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.channel().map(channel -> !channel.delayed()).orElse(false);
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute(session.words().stopApplier());
      session.execute(session.words().startReceiver());
      boolean runs = session.read().channel().map(c -> !c.receiverStopped()).orElse(false);
      if (!runs) {
        throw new SQLException("the receiver does not run: a change would delete the relay logs");
      }
      session.execute(session.words().endDelay());
      session.execute(session.words().stopReceiver());
      session.execute(session.words().startApplier());
    }
  }

  /**
   * {@link StepKind#DETACH}. A change of the source deletes the relay logs when both threads stand
   * still (MySQL manual, CHANGE REPLICATION SOURCE TO), so nothing in them may be needed.
   */
  record Detach() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      if (server.channel().isEmpty()) {
        return Optional.of("replicates from nobody");
      }
      if (holds(server, step)) {
        return Optional.empty();
      }
      if (!server.channel().get().source().equals(source(step))) {
        return Optional.of("replicates from " + server.channel().get().source() + " by now");
      }
      return server.appliedAll()
          ? Optional.empty()
          : Optional.of("has not applied all that it received, which it would lose");
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server
          .channel()
          .map(channel -> channel.source().host().startsWith("//"))
          .orElse(false);
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute(session.words().stop());
      if (!session.read().appliedAll()) {
        throw new SQLException("it has received more meanwhile, which it would lose");
      }
      session.execute(session.words().detach(source(step)));
    }
  }

  /** {@link StepKind#WAIT_APPLIED}. */
  record WaitApplied() implements ServerAction {
    @Override
    public Optional<Duration> limit(RecoveryStep step) {
      String millis = argument(step, RecoveryPlanner.WITHIN_MILLIS);
      return millis.isEmpty()
          ? Optional.empty()
          : Optional.of(Duration.ofMillis(Long.parseLong(millis)));
    }

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      GtidSet missing = transactions(step).minus(server.received());
      return missing.isEmpty()
          ? Optional.empty()
          : Optional.of("does not hold " + missing.count() + " transactions any more");
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.executed().contains(transactions(step)) && server.appliedAll();
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      if (server.channel().isPresent() && !server.channel().get().applierRunning()) {
        session.execute(session.words().startApplier());
      }
    }

    @Override
    public Optional<String> hopeless(ServerReading server, RecoveryStep step) {
      return server
          .channel()
          .map(Channel::applierError)
          .filter(error -> !error.isEmpty())
          .map(error -> "cannot apply: " + error);
    }
  }

  /** {@link StepKind#SET_SEMI_SYNC}: the same promise as the old primary's (rule D4). */
  record SetSemiSync() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return !server.semiSync().sourceSide()
          ? Optional.of("has no semi-sync source plugin")
          : Optional.empty();
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return keepsPromise(server, DurabilityPolicy.of(step.arguments()));
    }

    static boolean keepsPromise(ServerReading server, DurabilityPolicy policy) {
      SemiSync semiSync = server.semiSync();
      return !policy.semiSync()
          || (semiSync.sourceEnabled()
              && semiSync.waitForReplicas() == policy.acks()
              && semiSync.timeoutMillis() == policy.timeoutMillis()
              && (policy.waitPoint().isEmpty() || semiSync.waitPoint().equals(policy.waitPoint())));
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      DurabilityPolicy policy = DurabilityPolicy.of(step.arguments());
      SemiSyncWords words = server.semiSync().words();
      session.execute("SET GLOBAL " + words.waitForReplicas() + " = " + policy.acks());
      session.execute("SET GLOBAL " + words.timeout() + " = " + policy.timeoutMillis());
      if (policy.waitPoint().matches("AFTER_SYNC|AFTER_COMMIT")) {
        session.execute("SET GLOBAL " + words.waitPoint() + " = '" + policy.waitPoint() + "'");
      }
      session.execute("SET GLOBAL " + words.sourceEnabled() + " = ON");
    }
  }

  /**
   * {@link StepKind#STOP_REPLICATION}: to forget the source as well takes the server far longer,
   * and can wait until it is writable.
   */
  record StopReplication() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return unapplied(server, step);
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return !replicates(server);
    }

    static boolean replicates(ServerReading server) {
      return server
          .channel()
          .map(channel -> !channel.receiverStopped() || channel.applierRunning())
          .orElse(false);
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute(session.words().stop());
    }
  }

  /** {@link StepKind#RESET_REPLICATION}. */
  record ResetReplication() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return unapplied(server, step);
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.channel().isEmpty();
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute(session.words().stop());
      session.execute(session.words().resetAll());
    }
  }

  /** {@link StepKind#SET_WRITABLE}. */
  record SetWritable() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      if (StopReplication.replicates(server)) {
        return Optional.of("still replicates from " + server.channel().orElseThrow().source());
      }
      if (!SetSemiSync.keepsPromise(server, DurabilityPolicy.of(step.arguments()))) {
        return Optional.of("does not wait for replicas as the old primary did");
      }
      return unapplied(server, step);
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.writable();
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      if (server.superReadOnly()) {
        session.execute("SET GLOBAL super_read_only = OFF");
      }
      session.execute("SET GLOBAL read_only = OFF");
    }
  }

  /** {@link StepKind#VERIFY_WRITABLE}. */
  record VerifyWritable() implements ServerAction {
    @Override
    public boolean onlyLooks() {
      return true;
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.writable();
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step) {
      // Looking is all there is to do.
    }

    @Override
    public Optional<String> hopeless(ServerReading server, RecoveryStep step) {
      return Optional.of("is read-only");
    }
  }

  /** {@link StepKind#REPOINT}. */
  record Repoint() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      GtidSet extra = server.received().minus(transactions(step));
      if (holds(server, step)) {
        return Optional.empty(); // it follows already, and may have received newer ones
      }
      return extra.isEmpty()
          ? Optional.empty()
          : Optional.of("holds transactions that its new source lacks: " + extra);
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server
              .channel()
              .map(c -> c.source().equals(source(step)) && c.autoPosition())
              .orElse(false)
          && acknowledges(server, step);
    }

    private static boolean acknowledges(ServerReading server, RecoveryStep step) {
      return !Boolean.parseBoolean(argument(step, RecoveryPlanner.SEMI_SYNC))
          || server.semiSync().replicaEnabled();
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute(session.words().stop());
      if (!acknowledges(server, step)) {
        session.execute("SET GLOBAL " + server.semiSync().words().replicaEnabled() + " = ON");
      }
      session.execute(session.words().follow(source(step)));
      if (Boolean.parseBoolean(argument(step, RecoveryPlanner.START))) {
        start(session);
      }
    }

    /** Writes may wait for the first acknowledgement; what stands in the way is the next step's. */
    private static void start(ServerSession session) throws SQLException {
      try {
        session.execute(session.words().start());
      } catch (SQLException e) {
        if (e.getErrorCode() != StartReplication.APPLIER_NOT_INITIALISED) {
          throw e;
        }
      }
    }
  }

  /** {@link StepKind#START_REPLICATION}. */
  record StartReplication() implements ServerAction {
    /** What a change of source that was killed in the middle leaves behind. */
    static final int APPLIER_NOT_INITIALISED = 1872;

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      boolean follows = server.channel().map(c -> c.source().equals(source(step))).orElse(false);
      return follows ? Optional.empty() : Optional.of("does not follow " + source(step));
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server
          .channel()
          .map(
              channel ->
                  channel.running()
                      && channel.sourceUuid().equals(argument(step, RecoveryPlanner.SOURCE_UUID)))
          .orElse(false);
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      try {
        session.execute(session.words().start());
      } catch (SQLException e) {
        boolean mendable =
            e.getErrorCode() == APPLIER_NOT_INITIALISED && relayLogExpendable(server, step);
        if (!mendable) {
          throw e;
        }
        session.execute(session.words().reset());
        session.execute(session.words().start());
      }
    }

    /** What is only in the relay log comes again: by auto position, from a source that has it. */
    private static boolean relayLogExpendable(ServerReading server, RecoveryStep step) {
      return server
          .channel()
          .map(
              channel ->
                  channel.autoPosition()
                      && channel
                          .retrieved()
                          .minus(server.executed())
                          .minus(transactions(step))
                          .isEmpty())
          .orElse(false);
    }

    @Override
    public Optional<String> hopeless(ServerReading server, RecoveryStep step) {
      return server
          .channel()
          .map(Channel::applierError)
          .filter(error -> !error.isEmpty())
          .map(error -> "cannot apply: " + error);
    }
  }

  /** {@link StepKind#START_RECEIVER}: the source may be away, so connecting is enough. */
  record StartReceiver() implements ServerAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return server.channel().isPresent()
          ? Optional.empty()
          : Optional.of("replicates from nobody");
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.channel().map(channel -> !channel.receiverStopped()).orElse(false);
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute(session.words().startReceiver());
    }
  }

  /** {@link StepKind#FENCE_OLD_PRIMARY} (rules D8, D9). */
  record FenceOldPrimary() implements ServerAction {
    /** Beyond this a fence hangs behind commits that wait for acknowledgements. */
    private static final int LOCK_WAIT_SECONDS = 2;

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      String winner = argument(step, RecoveryPlanner.WINNER_UUID);
      return winner.isEmpty() || winner.equals(server.uuid())
          ? Optional.of("is the primary")
          : Optional.empty();
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.superReadOnly();
    }

    @Override
    public boolean pointlessWhenDown() {
      return true;
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute("SET SESSION lock_wait_timeout = " + LOCK_WAIT_SECONDS);
      session.execute("SET GLOBAL super_read_only = ON");
    }
  }
}
