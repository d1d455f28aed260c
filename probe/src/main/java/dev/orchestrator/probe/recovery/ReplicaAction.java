package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.RecoveryStep;
import java.sql.SQLException;
import java.util.Optional;

/** What steps do on servers that are not, or no longer, to be the primary. Immutable. */
sealed interface ReplicaAction extends ServerAction {
  /** {@link StepKind#STOP_RECEIVER}. */
  record StopReceiver() implements ReplicaAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      Optional<Channel> channel = server.channel();
      if (channel.isEmpty()) {
        return Optional.of("replicates from nobody");
      }
      boolean follows =
          channel.get().source().equals(ServerAction.source(step))
              || channel
                  .get()
                  .sourceUuid()
                  .equals(ServerAction.argument(step, RecoveryPlanner.SOURCE_UUID))
              || channel
                  .get()
                  .source()
                  .toString()
                  .equals(ServerAction.argument(step, RecoveryPlanner.DONOR));
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

  /** {@link StepKind#START_RECEIVER}: the source may be away, so connecting is enough. */
  record StartReceiver() implements ReplicaAction {
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

  /** {@link StepKind#REPOINT}. */
  record Repoint() implements ReplicaAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      GtidSet extra = server.received().minus(ServerAction.transactions(step));
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
              .map(c -> c.source().equals(ServerAction.source(step)) && c.autoPosition())
              .orElse(false)
          && acknowledges(server, step);
    }

    private static boolean acknowledges(ServerReading server, RecoveryStep step) {
      return !Boolean.parseBoolean(ServerAction.argument(step, RecoveryPlanner.SEMI_SYNC))
          || server.semiSync().replicaEnabled();
    }

    @Override
    public void act(ServerSession session, ServerReading server, RecoveryStep step)
        throws SQLException {
      ReplicationWords words = session.words();
      boolean applying =
          words.canMoveReceiver() && server.channel().map(Channel::autoPosition).orElse(false);
      session.execute(applying ? words.stopReceiver() : words.stop());
      if (!acknowledges(server, step)) {
        session.execute("SET GLOBAL " + server.semiSync().words().replicaEnabled() + " = ON");
      }
      InstanceKey source = ServerAction.source(step);
      session.execute(applying ? words.moveReceiver(source) : words.follow(source));
      if (Boolean.parseBoolean(ServerAction.argument(step, RecoveryPlanner.START))) {
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
  record StartReplication() implements ReplicaAction {
    /** What a change of source that was killed in the middle leaves behind. */
    static final int APPLIER_NOT_INITIALISED = 1872;

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      boolean follows =
          server.channel().map(c -> c.source().equals(ServerAction.source(step))).orElse(false);
      return follows
          ? Optional.empty()
          : Optional.of("does not follow " + ServerAction.source(step));
    }

    @Override
    public boolean holds(ServerReading server, RecoveryStep step) {
      return server
          .channel()
          .map(
              channel ->
                  channel.running()
                      && channel
                          .sourceUuid()
                          .equals(ServerAction.argument(step, RecoveryPlanner.SOURCE_UUID)))
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
                          .minus(ServerAction.transactions(step))
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

  /**
   * {@link StepKind#DETACH}. A change of the source deletes the relay logs when both threads stand
   * still (MySQL manual, CHANGE REPLICATION SOURCE TO), so nothing in them may be needed.
   */
  record Detach() implements ReplicaAction {
    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      if (server.channel().isEmpty()) {
        return Optional.of("replicates from nobody");
      }
      if (holds(server, step)) {
        return Optional.empty();
      }
      if (!server.channel().get().source().equals(ServerAction.source(step))) {
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
      session.execute(session.words().detach(ServerAction.source(step)));
    }
  }

  /** {@link StepKind#FENCE_OLD_PRIMARY} (rules D8, D9). */
  record FenceOldPrimary() implements ReplicaAction {
    /** Beyond this a fence hangs behind commits that wait for acknowledgements. */
    private static final int LOCK_WAIT_SECONDS = 2;

    @Override
    public Optional<String> obstacle(ServerReading server, RecoveryStep step) {
      String winner = ServerAction.argument(step, RecoveryPlanner.WINNER_UUID);
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
