package dev.orchestrator.server;

import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import java.net.URI;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes, once per term that this node leads, where its HTTP API is, so that followers can pass
 * requests on. Thread-safe.
 */
final class LeaderAnnouncer {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderAnnouncer.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final Replicator replicator;
  private final Supplier<RaftStatus> status;
  private final URI uri;
  private long announcedTerm;

  LeaderAnnouncer(Replicator replicator, Supplier<RaftStatus> status, URI uri) {
    this.replicator = replicator;
    this.status = status;
    this.uri = uri;
  }

  /** Announces if this node leads a term that it has not announced. Blocks up to 5 s. */
  synchronized void announceIfNew() {
    RaftStatus now = status.get();
    if (!now.leaderReady() || now.term() == announcedTerm) {
      return;
    }
    Outcome outcome =
        replicator.submit(
            new Command.AnnounceLeader(now.self().name(), now.term(), uri.toString()), TIMEOUT);
    if (outcome.accepted()) {
      announcedTerm = now.term();
      LOG.info("leads the group term={} uri={}", now.term(), uri);
    } else {
      LOG.warn("leader-uri was not published, trying again: {} term={}", outcome, now.term());
    }
  }
}
