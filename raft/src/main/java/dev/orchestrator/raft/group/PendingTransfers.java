package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RoleName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Leadership transfers that somebody waits for. Confined to raft-loop. */
final class PendingTransfers {
  private static final int MAX_WAITING = 16;

  private final List<CompletableFuture<Boolean>> waiting = new ArrayList<>();

  /** A transfer has just been asked of the node. */
  void add(CompletableFuture<Boolean> future) {
    if (waiting.size() < MAX_WAITING) {
      waiting.add(future);
    } else {
      future.complete(false);
    }
  }

  /** Ends those that have come true, were given up, or that nobody waits for any more. */
  void settle(RaftNode node) {
    if (waiting.isEmpty()) {
      return;
    }
    Optional<MemberId> other = node.leader().filter(leader -> !leader.equals(node.self()));
    boolean stays = node.role() == RoleName.LEADER && !node.isHandingOver();
    waiting.removeIf(
        future ->
            future.isDone()
                || (other.isPresent() && future.complete(true))
                || (stays && future.complete(false)));
  }

  /** This member stops. */
  void stopped() {
    waiting.forEach(future -> future.complete(false));
    waiting.clear();
  }
}
