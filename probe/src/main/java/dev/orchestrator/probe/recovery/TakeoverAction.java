package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.RecoveryStep;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What steps do on servers while a living primary hands over, or takes back. Immutable. */
sealed interface TakeoverAction extends ServerAction {
  /**
   * {@link StepKind#APPROACH}: what is waited for here, while writes go on, need not be waited for
   * when they stand still. How far behind the target is tells the time that it takes to execute
   * what the primary had executed when it was asked.
   */
  record Approach() implements TakeoverAction {
    private static final Duration NEAR = Duration.ofMillis(20);

    /** For so long nearness is hoped for; then what is bearable must do. */
    private static final Duration HOPE = Duration.ofSeconds(1);

    private static final Duration BEARABLE = Duration.ofSeconds(1);
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(2);

    /** Asks the primary what it has executed. */
    interface Primary {
      GtidSet executed() throws SQLException, InterruptedException;
    }

    @Override
    public boolean onlyLooks() {
      return true;
    }

    @Override
    public boolean provenByAnswer() {
      return true;
    }

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return server.channel().isEmpty() ? Optional.of("replicates from nobody") : Optional.empty();
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return step.state() == RecoveryStep.State.DONE;
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step) {
      // Without a primary to ask there is nothing to approach.
    }

    /** Returns when the target is near enough. */
    void act(ServerSession session, Primary primary) throws SQLException, InterruptedException {
      long start = System.nanoTime();
      while (true) {
        GtidSet goal = primary.executed();
        long asked = System.nanoTime();
        while (!session.executed().contains(goal)) {
          if (System.nanoTime() - start > LIMIT.toNanos()) {
            throw new SQLException(
                "is not nearly as far as the primary within "
                    + LIMIT
                    + ": lacks "
                    + goal.minus(session.executed()).count()
                    + " transactions");
          }
          Thread.sleep(POLL);
        }
        long now = System.nanoTime();
        Duration enough = now - start < HOPE.toNanos() ? NEAR : BEARABLE;
        if (now - asked <= enough.toNanos()) {
          return;
        }
      }
    }
  }

  /** {@link StepKind#FENCE_PRIMARY}: while it waits, writes wait too, so it does not wait long. */
  record FencePrimary() implements TakeoverAction {
    static final Duration LIMIT = Duration.ofMillis(1_500);

    /** The shortest that the server knows; each of up to four locks may take as long. */
    private static final int LOCK_WAIT_SECONDS = 1;

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return server.channel().isPresent()
          ? Optional.of("replicates from " + server.channel().get().source())
          : Optional.empty();
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.superReadOnly();
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute("SET SESSION lock_wait_timeout = " + LOCK_WAIT_SECONDS);
      session.execute("SET GLOBAL super_read_only = ON", LIMIT);
    }

    @Override
    public boolean repeatable() {
      return false;
    }

    @Override
    public Optional<Duration> limit(RecoveryStep step) {
      return Optional.of(LIMIT);
    }
  }

  /** {@link StepKind#VERIFY_FENCED}. */
  record VerifyFenced() implements TakeoverAction {
    @Override
    public boolean onlyLooks() {
      return true;
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.superReadOnly() && ServerAction.transactions(step).contains(server.executed());
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step) {
      // Looking is all there is to do.
    }

    @Override
    public Optional<String> hopeless(ServerReading server, RecoveryStep step) {
      return Optional.of("accepted writes after it was fenced, or may do so");
    }
  }

  /** {@link StepKind#CATCH_UP}: writes stand still meanwhile, so progress buys no time. */
  record CatchUp() implements TakeoverAction {
    static final Duration LIMIT = Duration.ofSeconds(5);

    @Override
    public boolean onlyLooks() {
      return true;
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.executed().contains(ServerAction.transactions(step));
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step) {
      // Both threads run, or the takeover would not have begun; waiting is all there is to do.
    }

    @Override
    public Optional<String> hopeless(ServerReading server, RecoveryStep step) {
      if (server.channel().isEmpty()) {
        return Optional.of("replicates from nobody");
      }
      Channel channel = server.channel().get();
      if (!channel.applierRunning()) {
        return Optional.of("its applier does not run: " + channel.applierError());
      }
      return channel.receiverStopped()
              && !server.received().contains(ServerAction.transactions(step))
          ? Optional.of("its receiver does not run: " + channel.receiverError())
          : Optional.empty();
    }

    @Override
    public Optional<Duration> limit(RecoveryStep step) {
      return Optional.of(LIMIT);
    }
  }

  /** {@link StepKind#ATTACH}. */
  record Attach() implements TakeoverAction {
    /** A backup on the server keeps it from being attached for as long as the backup takes. */
    private static final int LOCK_WAIT_SECONDS = 1;

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      GtidSet extra = server.executed().minus(ServerAction.transactions(step));
      return extra.isEmpty()
          ? Optional.empty()
          : Optional.of("holds transactions that its new source lacks: " + extra);
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server
          .channel()
          .map(c -> c.source().equals(ServerAction.source(step)) && c.autoPosition())
          .orElse(false);
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      act(session, step, Optional.empty());
    }

    /** Without an account the server keeps the one that it has. */
    void act(ServerSession session, RecoveryStep step, Optional<ReplicationAccount> account)
        throws SQLException {
      InstanceKey source = ServerAction.source(step);
      session.execute("SET SESSION lock_wait_timeout = " + LOCK_WAIT_SECONDS);
      session.execute(session.words().stop());
      if (account.isPresent()) {
        session.execute(
            session.words().followAs(source, session.hasPublicKeyOption()),
            List.of(account.get().user(), account.get().password()));
      } else {
        session.execute(session.words().follow(source));
      }
    }
  }

  /** {@link StepKind#BECOME_REPLICA}: else its applier would wait for acknowledgements itself. */
  record BecomeReplica() implements TakeoverAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      return server.channel().isEmpty() ? Optional.of("replicates from nobody") : Optional.empty();
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return !server.semiSync().sourceEnabled()
          && (!server.semiSync().replicaSide() || server.semiSync().replicaEnabled());
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      SemiSyncWords words = server.semiSync().words();
      if (server.semiSync().sourceEnabled()) {
        session.execute("SET GLOBAL " + words.sourceEnabled() + " = OFF");
      }
      if (server.semiSync().replicaSide()) {
        session.execute("SET GLOBAL " + words.replicaEnabled() + " = ON");
      }
    }
  }

  /** {@link StepKind#REVOKE_PROMOTION}. */
  record RevokePromotion() implements TakeoverAction {
    private static final int LOCK_WAIT_SECONDS = 2;

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.superReadOnly() && ServerAction.transactions(step).contains(server.executed());
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      session.execute("SET SESSION lock_wait_timeout = " + LOCK_WAIT_SECONDS);
      session.execute("SET GLOBAL super_read_only = ON");
    }

    @Override
    public Optional<String> hopeless(ServerReading server, RecoveryStep step) {
      return Optional.of("accepted writes of its own, or may do so");
    }
  }

  /** {@link StepKind#RESTORE_WRITES}. */
  record RestoreWrites() implements TakeoverAction {
    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server.writable() && server.channel().isEmpty();
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      if (server.channel().isPresent()) {
        session.execute(session.words().stop());
        session.execute(session.words().resetAll());
      }
      session.execute("SET GLOBAL super_read_only = OFF");
      session.execute("SET GLOBAL read_only = OFF");
    }
  }
}
