package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.recovery.ServerReading.SemiSync;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.RecoveryStep;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** What steps do on the server that becomes the primary. Immutable. */
sealed interface PromotionAction extends ServerAction {
  /**
   * {@link StepKind#END_DELAY}. With both threads stopped the change would delete the relay logs,
   * and with them what only this server holds (MySQL manual, CHANGE REPLICATION SOURCE TO): the
   * receiver runs meanwhile, even if it connects to nobody.
   */
  record EndDelay() implements PromotionAction {
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

  /** {@link StepKind#FETCH}. */
  record Fetch() implements PromotionAction {
    @Override
    public boolean onlyLooks() {
      return true;
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.received().contains(ServerAction.transactions(step));
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step) {
      // The receiver runs already; waiting is all there is to do.
    }

    @Override
    public Optional<String> hopeless(ServerReading server, RecoveryStep step) {
      return server
          .channel()
          .filter(channel -> channel.receiverStopped() || !channel.receiverError().isEmpty())
          .map(channel -> "its receiver does not run: " + channel.receiverError());
    }
  }

  /** {@link StepKind#WAIT_APPLIED}. */
  record WaitApplied() implements PromotionAction {
    @Override
    public Optional<Duration> limit(RecoveryStep step) {
      String millis = ServerAction.argument(step, RecoveryPlanner.WITHIN_MILLIS);
      return millis.isEmpty()
          ? Optional.empty()
          : Optional.of(Duration.ofMillis(Long.parseLong(millis)));
    }

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      GtidSet missing = ServerAction.transactions(step).minus(server.received());
      return missing.isEmpty()
          ? Optional.empty()
          : Optional.of("does not hold " + missing.count() + " transactions any more");
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.executed().contains(ServerAction.transactions(step)) && server.appliedAll();
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

  /**
   * {@link StepKind#ROTATE_LOG}. A log that begins with this server's newest transactions is the
   * only one that a replica needs which follows by GTID (MySQL manual, GTID auto-positioning).
   */
  record RotateLog() implements PromotionAction {
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return server.logBin() ? Optional.empty() : Optional.of("writes no binary log");
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return step.state() == RecoveryStep.State.DONE;
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute("FLUSH LOCAL BINARY LOGS", LIMIT);
    }

    @Override
    public boolean provenByAnswer() {
      return true;
    }

    @Override
    public boolean repeatable() {
      return false; // nothing rests on it
    }
  }

  /** {@link StepKind#SET_SEMI_SYNC}: the same promise as the old primary's (rule D4). */
  record SetSemiSync() implements PromotionAction {
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
  record StopReplication() implements PromotionAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return ServerAction.unapplied(server, step);
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
  record ResetReplication() implements PromotionAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return ServerAction.unapplied(server, step);
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
  record SetWritable() implements PromotionAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      if (StopReplication.replicates(server)) {
        return Optional.of("still replicates from " + server.channel().orElseThrow().source());
      }
      if (!SetSemiSync.keepsPromise(server, DurabilityPolicy.of(step.arguments()))) {
        return Optional.of("does not wait for replicas as the old primary did");
      }
      return ServerAction.unapplied(server, step);
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
  record VerifyWritable() implements PromotionAction {
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
}
