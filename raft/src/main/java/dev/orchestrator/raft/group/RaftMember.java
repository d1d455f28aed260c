package dev.orchestrator.raft.group;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Public handle of this process's member of a Raft group. Thread-safe.
 *
 * @param <R> what the state machine answers to an applied command
 */
public interface RaftMember<R> extends AutoCloseable {
  /**
   * Proposes a command to the log. The future completes with the state machine's answer once the
   * command is applied here. It completes exceptionally with {@link ProposalException}; its kind
   * says whether the command may still happen.
   */
  CompletableFuture<R> propose(byte[] command);

  /** Latest published status; cheap. */
  RaftStatus status();

  /**
   * Whether this member may answer leader-check with 200 at this moment (rule L1): it leads, its
   * NoOp is applied, and its quorum contact, counted from send time on the monotonic clock, is
   * younger than 0.9 of the smallest election timeout. Never an authority to act.
   */
  boolean leaderCheck();

  /**
   * Calls the listener, on a thread of its own, after each change of role, term, leader or
   * readiness.
   */
  void onChange(Consumer<RaftStatus> listener);

  /** Stops the threads and closes sockets and log; pending proposals end with outcome unknown. */
  @Override
  void close();
}
