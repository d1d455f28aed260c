package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.Ready;
import dev.orchestrator.raft.group.ProposalException.Kind;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Proposals whose end is not known yet. Registered and dropped by raft-loop, completed by
 * raft-apply.
 */
final class PendingProposals<R> {
  private record Pending<R>(long term, CompletableFuture<R> future) {}

  /** Given to the node and not answered yet; confined to raft-loop. */
  private final Map<Long, CompletableFuture<R>> byToken = new HashMap<>();

  private final Map<Long, Pending<R>> byIndex = new ConcurrentHashMap<>();
  private long nextToken;

  /** Proposals in the log whose end is not known yet. */
  int waiting() {
    return byIndex.size();
  }

  long register(CompletableFuture<R> future) {
    long token = nextToken++;
    byToken.put(token, future);
    return token;
  }

  void settle(Ready.Reply reply) {
    CompletableFuture<R> future = byToken.remove(reply.token());
    if (future == null) {
      return;
    }
    switch (reply) {
      case Ready.Reply.Appended(long _, LogId id) ->
          byIndex.put(id.index(), new Pending<>(id.term(), future));
      case Ready.Reply.NotLeader _ -> fail(future, Kind.NOT_LEADER, "this member does not lead");
      case Ready.Reply.Overloaded _ ->
          fail(future, Kind.OVERLOADED, "too many proposals wait for commit; try again");
    }
  }

  void applied(LogId id, R result) {
    Pending<R> pending = byIndex.remove(id.index());
    if (pending == null) {
      return;
    }
    if (pending.term() == id.term()) {
      pending.future().complete(result);
    } else {
      failUnknown(pending.future(), "another leader's entry took its place");
    }
  }

  /** The state has passed this index without applying the entries up to it one by one. */
  void passed(long index) {
    for (Long each : List.copyOf(byIndex.keySet())) {
      Pending<R> pending = each <= index ? byIndex.remove(each) : null;
      if (pending != null) {
        failUnknown(pending.future(), "the state was replaced by a snapshot");
      }
    }
  }

  /** Leadership is lost: what is committed will be applied here, the rest may or may not. */
  void leadershipLost(long commitIndex) {
    Iterator<Map.Entry<Long, Pending<R>>> entries = byIndex.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<Long, Pending<R>> entry = entries.next();
      if (entry.getKey() > commitIndex) {
        entries.remove();
        failUnknown(entry.getValue().future(), "leadership was lost before the commit");
      }
    }
  }

  /** This member stops: nothing will be applied any more. */
  void stopped() {
    byToken.values().forEach(future -> failUnknown(future, "this member stopped"));
    byToken.clear();
    byIndex.values().forEach(pending -> failUnknown(pending.future(), "this member stopped"));
    byIndex.clear();
  }

  static void fail(CompletableFuture<?> future, Kind kind, String message) {
    future.completeExceptionally(new ProposalException(kind, message));
  }

  private static void failUnknown(CompletableFuture<?> future, String reason) {
    fail(future, Kind.UNKNOWN, "the command may or may not happen: " + reason);
  }
}
