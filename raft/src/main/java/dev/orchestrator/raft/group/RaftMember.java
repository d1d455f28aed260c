package dev.orchestrator.raft.group;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
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

  /**
   * Waits until this member has applied everything committed before the call, so that a read of its
   * state that follows is linearizable (ReadIndex, thesis §6.4). Costs one heartbeat round, no log
   * entry. Holds on even if leadership is lost meanwhile: it was proven after the call.
   *
   * @param timeout upper bound for heartbeat and apply together
   * @return the applied index the read may rely on
   * @throws NotLeaderException this member does not lead or lost its quorum
   * @throws TimeoutException nothing was read and nothing changed; safe to try again
   */
  long readBarrier(Duration timeout)
      throws NotLeaderException, TimeoutException, InterruptedException;

  /**
   * Hands leadership over (thesis §3.10). Meanwhile proposals are refused as overloaded; if nothing
   * comes of it in time this member goes on to lead.
   *
   * @param to name of the voter to lead next, empty for the one that is most up to date
   * @param timeout upper bound for the whole change
   * @return whether another member was seen to lead; false as well if this one did not lead, or
   *     there is no such voter
   */
  boolean transferLeadership(Optional<String> to, Duration timeout) throws InterruptedException;

  /**
   * Says whether this member is fit to lead; it is at first. One that is not steps down and does
   * not stand for election, but votes and follows as ever. Returns at once.
   */
  void beFit(boolean fit);

  /**
   * Changes who belongs to the group (§6), one change at a time, and waits until the change is
   * committed. A member that lost its log is swapped in by the leader without being asked (I5).
   *
   * @param timeout how long to wait; the change goes on afterwards
   * @throws NotLeaderException this member does not lead, or lost leadership; the next leader goes
   *     on with a change that was begun
   * @throws RaftException the change is refused or was given up; the message says why
   * @throws TimeoutException the change may still happen
   */
  void changeMembers(MemberChange change, Duration timeout)
      throws NotLeaderException, TimeoutException, InterruptedException;

  /**
   * Asks the leader for an image of the state, and puts it in the place of this member's own: for a
   * member that found its state to be wrong. Nothing is applied until then; entries behind the
   * image are applied once more. Returns at once; the log and the vote stay. Does nothing unless
   * this member follows a leader; asking again while an image is awaited changes nothing.
   *
   * @return whether it was asked for
   */
  default boolean refetchState() {
    return false;
  }

  /**
   * Cuts the log now: makes the state safe, then drops what led to it but for the reserve that
   * {@link CompactionPolicy} keeps, and what a snapshot on its way needs.
   *
   * @return first index the log still has
   * @throws RaftException this member stops
   * @throws TimeoutException it may still happen
   */
  long compact(Duration timeout) throws TimeoutException, InterruptedException;

  /**
   * Hands a note to another member, past the log: never blocks, best effort, in order as long as
   * the connection holds. For what is worth nothing a second later; nothing may be agreed by it.
   *
   * @param member name of the member
   * @param note at most {@link dev.orchestrator.raft.net.FrameLimits#MAX_NOTE_BYTES}
   * @return whether it went out; false without a connection or while the connection is choked
   */
  boolean tell(String member, byte[] note);

  /**
   * Calls the listener with the sender's name and its note, one note at a time, on the thread
   * {@code raft-notes}. Notes that come faster than the listeners take them are dropped.
   */
  void onNote(BiConsumer<String, byte[]> listener);

  /** What this member counts and measures. */
  default RaftMetrics metrics() {
    return RaftMetrics.none(status());
  }

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

  /**
   * Hands leadership over, if it has it, within a second; then stops the threads and closes sockets
   * and log. Pending proposals end with outcome unknown.
   */
  @Override
  void close();
}
