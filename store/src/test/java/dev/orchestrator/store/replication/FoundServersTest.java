package dev.orchestrator.store.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import dev.orchestrator.store.sql.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoundServersTest {
  private static final InstanceKey DB1 = new InstanceKey("db1", 3306);
  private static final Instant BEGIN = Instant.ofEpochSecond(1_000);
  private static final Instant LATER = BEGIN.plusSeconds(60);

  @TempDir Path folder;
  private Database database;
  private SqlStateMachine machine;

  @BeforeEach
  void open() {
    database = Database.sqlite(folder.resolve("db"));
    machine = new SqlStateMachine(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void begin(Downtime downtime) {
    machine.apply(new LogId(1, 1), CommandCodec.encode(new Command.BeginDowntime(downtime), 1));
  }

  private void seen(ReplicaThreadState applier, String error) {
    ReplicationFacts none = ReplicationFacts.NONE;
    ReplicationFacts facts =
        new ReplicationFacts(
            new InstanceKey("db2", 3306),
            "uuid-2",
            ReplicaThreadState.RUNNING,
            applier,
            none.read(),
            none.executed(),
            none.relay(),
            "",
            "",
            "",
            OptionalLong.of(0),
            OptionalLong.of(0),
            0,
            true,
            "repl",
            true,
            false,
            false);
    Instant seen = error.isEmpty() ? LATER : BEGIN;
    database
        .instances()
        .save(
            List.of(
                new Instance(
                    DB1,
                    ServerFacts.UNKNOWN,
                    facts,
                    SemiSyncFacts.NONE,
                    List.of(),
                    Placement.inCluster("c"),
                    new CheckTimes(LATER, LATER, seen, false, Duration.ZERO, error))));
  }

  @Test
  void whoReplicatesAgainIsFoundAfterAMinute() {
    begin(Downtime.lostInRecovery(DB1, BEGIN, BEGIN.plus(Duration.ofDays(365))));
    assertThat(FoundServers.due(database, LATER)).as("never seen").isEmpty();
    seen(ReplicaThreadState.RUNNING, "");
    assertThat(FoundServers.due(database, LATER.minusMillis(1))).isEmpty();
    assertThat(FoundServers.due(database, LATER)).containsExactly(new Command.EndLostDowntime(DB1));
  }

  @Test
  void whoDoesNotReplicateOrIsNotSeenStaysLost() {
    begin(Downtime.lostInRecovery(DB1, BEGIN, BEGIN.plus(Duration.ofDays(365))));
    seen(ReplicaThreadState.STOPPED, "");
    assertThat(FoundServers.due(database, LATER)).isEmpty();
    seen(ReplicaThreadState.RUNNING, "gone");
    assertThat(FoundServers.due(database, LATER)).isEmpty();
  }

  @Test
  void theDowntimeOfAPersonIsNotLookedAt() {
    begin(new Downtime(DB1, "ann", "disk", BEGIN, BEGIN.plus(Duration.ofDays(9))));
    seen(ReplicaThreadState.RUNNING, "");
    assertThat(FoundServers.due(database, LATER)).isEmpty();
  }
}
