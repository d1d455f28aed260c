package dev.orchestrator.raft.port;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the log is for. Called by the one apply thread only, in log order, each index once per run
 * of the process, unless a restored image takes it back; after a restart apply goes on behind
 * {@link #applied()}.
 *
 * @param <R> what the proposer of a command learns from its application
 */
public interface StateMachine<R> {
  /** Last entry whose effects are in the state, {@link LogId#ZERO} for an empty state. */
  LogId applied();

  /**
   * The cluster this state belongs to (rule I4), empty if it does not know. A state of another
   * cluster than the log's is replaced, never built upon (rule T2).
   */
  default Optional<String> clusterId() {
    return Optional.empty();
  }

  /** This state belongs to this cluster from now on; called once, on raft-apply. */
  default void bindTo(String clusterId) {}

  /**
   * Applies one committed command.
   *
   * @throws RuntimeException the command cannot be applied: fatal for the process, since the state
   *     would differ from that of the other members
   */
  R apply(LogId id, byte[] command);

  /**
   * Applies committed commands that follow each other, together if that is cheaper: a restart finds
   * all of them in the state or those before a certain one. The default applies one by one.
   *
   * @param commands at least one
   * @return what each proposer learns, in the same order
   * @throws RuntimeException as {@link #apply}
   */
  default List<R> applyAll(List<LogEntry.Command> commands) {
    List<R> results = new ArrayList<>(commands.size());
    for (LogEntry.Command command : commands) {
      results.add(apply(command.id(), command.bytes()));
    }
    return results;
  }

  /** Records that an entry without a command (NoOp, membership) was passed. */
  void advance(LogId id);

  /**
   * Makes everything applied so far survive the death of the machine; called on raft-apply, seldom.
   *
   * @return the last entry that is safe: the log may be cut up to it (rule T2)
   */
  default LogId sync() {
    throw new UnsupportedOperationException("this state machine cannot be cut loose from its log");
  }

  /**
   * Pins the state as it is now; quick, called on raft-apply. The image is read and closed by
   * another thread while apply goes on.
   */
  default StateImage image() {
    throw new UnsupportedOperationException("this state machine has no images");
  }

  /**
   * Replaces the whole replicated state by an image, in one step or not at all; called on
   * raft-apply. What the state machine holds besides the replicated state stays. The image may be
   * older than the state; apply then goes on behind the image, with entries it had before.
   *
   * @param id where the image belongs; {@link #applied()} afterwards
   * @param image what {@link StateImage#writeTo} wrote at another member, complete and checked
   * @throws RuntimeException the image cannot be read or stored; the state is as before
   */
  default void restore(LogId id, InputStream image) {
    throw new UnsupportedOperationException("this state machine has no images");
  }
}
