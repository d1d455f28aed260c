package dev.orchestrator.store.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalReplicatorTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final URI OWN = URI.create("http://127.0.0.1:3000");

  @TempDir Path folder;

  /** Another backend keeps the same contract: its test overrides this. */
  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  private static LocalReplicator over(Database database) {
    return new LocalReplicator(new SqlStateMachine(database), "n1", OWN);
  }

  @Test
  void appliesAtOnceAndGoesOnAfterARestart() {
    Command discover = new Command.Discover(new InstanceKey("db1", 3306));
    try (Database database = backend().open("db")) {
      LocalReplicator replicator = over(database);
      assertThat(replicator.submit(discover, LONG))
          .isEqualTo(new Outcome.Applied(CommandResult.ACCEPTED));
      assertThat(replicator.submit(new Command.TakeOverRecovery("u", 1, "n1"), LONG))
          .isEqualTo(new Outcome.Applied(CommandResult.refused("recovery u does not exist")));
    }
    try (Database database = backend().open("db")) {
      assertThat(over(database).submit(discover, LONG).accepted()).isTrue();
      assertThat(database.applied().id().index()).isEqualTo(3);
      assertThat(database.seeds().all()).hasSize(1);
    }
  }

  @Test
  void serialisesManyCallers() throws Exception {
    try (Database database = backend().open("db");
        var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      LocalReplicator replicator = over(database);
      List<Future<Outcome>> outcomes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        Command command = new Command.Discover(new InstanceKey("db" + i, 3306));
        outcomes.add(callers.submit(() -> replicator.submit(command, LONG)));
      }
      for (Future<Outcome> outcome : outcomes) {
        assertThat(outcome.get(30, TimeUnit.SECONDS).accepted()).isTrue();
      }
      assertThat(database.seeds().all()).hasSize(100);
      assertThat(database.applied().id().index()).isEqualTo(100);
    }
  }

  @Test
  void alwaysLeads() {
    try (Database database = backend().open("db")) {
      LocalReplicator replicator = over(database);
      assertThat(replicator.leads()).isTrue();
      assertThat(replicator.leaderCheck()).isTrue();
      assertThat(replicator.partOfQuorum()).isTrue();
      assertThat(replicator.term()).isZero();
      assertThat(replicator.self()).isEqualTo("n1");
      assertThat(replicator.leaderUri()).contains(OWN);
    }
  }

  @Test
  void aBackendThatFailsGivesAnUnknownOutcome() {
    Database database = backend().open("db");
    LocalReplicator replicator = over(database);
    database.close();
    assertThat(replicator.submit(new Command.Expire(1), LONG)).isInstanceOf(Outcome.Unknown.class);
  }
}
