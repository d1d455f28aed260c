package dev.orchestrator.store.replication;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.sql.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Servers that a recovery left behind and that replicate again: their downtime ends, so that their
 * next failure counts. The leader looks at what it saw of them and proposes.
 */
public final class FoundServers {
  /** Before that a replica may still show the threads it had at the failure; as published. */
  private static final Duration AT_LEAST = Duration.ofMinutes(1);

  private FoundServers() {}

  /** The commands to propose. */
  public static List<Command> due(Database database, Instant now) {
    return database.downtimes().all().stream()
        .filter(Downtime::lostInRecovery)
        .filter(downtime -> !now.isBefore(downtime.beginsAt().plus(AT_LEAST)))
        .map(Downtime::key)
        .filter(key -> database.instances().find(key).filter(FoundServers::replicates).isPresent())
        .<Command>map(Command.EndLostDowntime::new)
        .toList();
  }

  private static boolean replicates(Instance instance) {
    return instance.check().lastCheckValid()
        && instance.replication().receiver() == ReplicaThreadState.RUNNING
        && instance.replication().applier() == ReplicaThreadState.RUNNING;
  }
}
