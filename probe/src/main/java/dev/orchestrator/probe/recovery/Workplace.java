package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.util.function.Function;

/**
 * What everybody who works on recoveries needs. Thread-safe.
 *
 * @param durableBefore what visits saw of a server's settings: "true", "false" or "unknown"
 */
record Workplace(
    RecoveryConfig config,
    FleetConnector connector,
    Database database,
    Replicator replicator,
    Leadership leadership,
    Clock clock,
    Proposals proposals,
    RecoveryThreads threads,
    Pauses pauses,
    Function<InstanceKey, String> durableBefore) {}
