package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.Recovery;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts the supervisor's own commands into the log. Thread-safe. */
final class Proposals {
  private static final Logger LOG = LoggerFactory.getLogger(Proposals.class);
  private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(10);

  private final Replicator replicator;
  private final Leadership leadership;
  private final Clock clock;
  private final String node;
  private final SecureRandom random = new SecureRandom();

  Proposals(Replicator replicator, Leadership leadership, Clock clock, String node) {
    this.replicator = replicator;
    this.leadership = leadership;
    this.clock = clock;
    this.node = node;
  }

  Outcome propose(Command command) {
    Outcome outcome = replicator.submit(command, COMMIT_TIMEOUT);
    if (outcome.accepted()) {
      LOG.info("committed command={} content={}", command.name(), command);
    } else {
      LOG.warn("not committed command={} outcome={}", command.name(), outcome);
    }
    return outcome;
  }

  /**
   * Writes down that a recovery begins, which takes its locks.
   *
   * @param block for how long it keeps automatic recoveries of the cluster from starting
   * @param forced past such blocks and the global switch, never past locks
   */
  Outcome start(String uid, Recovery.Subject subject, Duration block, boolean forced) {
    return propose(
        new Command.StartRecovery(
            uid, subject, leadership.term(), node, block.toSeconds(), forced));
  }

  String newUid() {
    Instant now = clock.instant();
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    long nanos = now.getEpochSecond() * 1_000_000_000L + now.getNano();
    return nanos + ":" + HexFormat.of().formatHex(bytes);
  }
}
