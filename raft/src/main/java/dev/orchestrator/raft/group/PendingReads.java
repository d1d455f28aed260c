package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Ready;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * Read barriers whose end is not known yet: first the node proves the leadership, then the state
 * has to catch up. As many as the node takes. Confined to raft-loop.
 */
final class PendingReads {
  private record AwaitsApply(long index, CompletableFuture<Long> future) {}

  private final Map<Long, CompletableFuture<Long>> byToken = new HashMap<>();
  private final List<AwaitsApply> awaitApply = new ArrayList<>();
  private long nextToken;

  long register(CompletableFuture<Long> future) {
    long token = nextToken++;
    byToken.put(token, future);
    return token;
  }

  void settle(Ready.ReadAnswer answer, Optional<MemberId> leader) {
    CompletableFuture<Long> future = byToken.remove(answer.token());
    if (future == null) {
      return;
    }
    switch (answer) {
      case Ready.ReadAnswer.Confirmed(long _, long index) ->
          awaitApply.add(new AwaitsApply(index, future));
      case Ready.ReadAnswer.NotLeader _ -> notLeader(future, leader);
      case Ready.ReadAnswer.Overloaded _ ->
          future.completeExceptionally(new TimeoutException("too many reads wait; try again"));
    }
  }

  /** Everything up to this index is in the state now. */
  void applied(long index) {
    awaitApply.removeIf(
        read -> read.future().isDone() || (read.index() <= index && read.future().complete(index)));
  }

  /** This member stops. */
  void stopped() {
    byToken.values().forEach(future -> notLeader(future, Optional.empty()));
    byToken.clear();
    awaitApply.forEach(read -> notLeader(read.future(), Optional.empty()));
    awaitApply.clear();
  }

  static void notLeader(CompletableFuture<?> future, Optional<MemberId> leader) {
    future.completeExceptionally(new NotLeaderException(leader.map(MemberId::name)));
  }
}
