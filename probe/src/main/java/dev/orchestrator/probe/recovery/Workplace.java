package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What everybody who works on recoveries needs. Thread-safe.
 *
 * @param policy as of now; a recovery in work goes on with the one it began with
 * @param durableBefore what visits saw of a server's settings: "true", "false" or "unknown"
 */
record Workplace(
    Supplier<RecoveryConfig> policy,
    FleetConnector connector,
    Database database,
    Replicator replicator,
    Leadership leadership,
    Clock clock,
    Proposals proposals,
    RecoveryThreads threads,
    Pauses pauses,
    Function<InstanceKey, String> durableBefore) {
  RecoveryConfig config() {
    return policy.get();
  }

  HookRunner hooks() {
    RecoveryConfig now = config();
    return new HookRunner(now.hookShell(), now.hookTimeout());
  }
}
