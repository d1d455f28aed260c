package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.lab.MySqlTestServer;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.lab.WriteCost;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What writing costs, by the counters of a server without a binary log, which would add syncs of
 * its own.
 */
class WriteCostMySql56IT {
  private static final int COMMANDS = 200;

  /** What the server syncs by itself meanwhile, about one a second. */
  private static final int SLACK = 40;

  private final MySqlTestServer server = MySqlTestServer.shared("5.6");
  private Database database;

  @BeforeEach
  void open() {
    TestBackend.mysql("5.6");
    server.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1");
    database = Database.mysql(server.settings("t_cost", Duration.ofSeconds(30)));
  }

  @AfterEach
  void close() {
    database.close();
    server.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2");
  }

  @Test
  void anAppliedCommandCostsOneTransactionAndOneSync() {
    SqlStateMachine machine = new SqlStateMachine(database);
    long commits = WriteCost.commits(server);
    long syncs = WriteCost.redoLogSyncs(server);
    for (int index = 1; index <= COMMANDS; index++) {
      byte[] command =
          CommandCodec.encode(new Command.Discover(new InstanceKey("db" + index, 3306)), index);
      machine.apply(new LogId(1, index), command);
    }
    assertThat(WriteCost.commits(server) - commits).isEqualTo(COMMANDS);
    assertThat(WriteCost.redoLogSyncs(server) - syncs)
        .as("the counter moves at all, and by one per command")
        .isBetween((long) COMMANDS / 2, (long) COMMANDS + SLACK);
  }

  /** What a node missed while it was away is not sent row by row. */
  @Test
  void commandsThatAreAppliedTogetherCostOneTransactionAndOneStatement() {
    SqlStateMachine machine = new SqlStateMachine(database);
    List<LogEntry.Command> together =
        IntStream.rangeClosed(1, 64)
            .mapToObj(
                index ->
                    new LogEntry.Command(
                        new LogId(1, index),
                        CommandCodec.encode(
                            new Command.Discover(new InstanceKey("db" + index % 60, 3306)), index)))
            .toList();
    long commits = WriteCost.commits(server);
    long replaces = WriteCost.replaces(server);
    machine.applyAll(together);
    assertThat(WriteCost.commits(server) - commits).isEqualTo(1);
    assertThat(WriteCost.replaces(server) - replaces).isEqualTo(1);
    assertThat(database.seeds().all()).hasSize(60);
  }

  @Test
  void whatDiscoverySawIsWrittenInBatches() {
    List<Instance> seen =
        IntStream.range(0, 640)
            .mapToObj(i -> Instance.known(new InstanceKey("db" + i, 3306)))
            .toList();
    long commits = WriteCost.commits(server);
    database.instances().save(seen);
    assertThat(WriteCost.commits(server) - commits).isEqualTo(10);
    assertThat(database.instances().all()).hasSize(640);
  }

  /** Defaults that a restored server may have: the session's own settings count. */
  @Test
  void aServerWithOtherDefaultsForSessionsIsAccepted() {
    List<String> mode = server.column("SELECT @@GLOBAL.sql_mode");
    server.execute(
        "SET GLOBAL autocommit = 0",
        "SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PAD_CHAR_TO_FULL_LENGTH'");
    try {
      database.close();
      database = Database.mysql(server.settings("t_cost", Duration.ofSeconds(30)));
      SqlStateMachine machine = new SqlStateMachine(database);
      InstanceKey odd = new InstanceKey("db\\1'\"", 3306);
      machine.apply(new LogId(1, 1), CommandCodec.encode(new Command.Discover(odd), 1));
      database.instances().save(List.of(Instance.known(odd)));
      database.close();
      database = Database.mysql(server.settings("t_cost", Duration.ofSeconds(30)));
      assertThat(database.applied().id()).isEqualTo(new LogId(1, 1));
      assertThat(database.seeds().all()).containsExactly(odd);
      assertThat(database.instances().all()).containsExactly(Instance.known(odd));
    } finally {
      server.execute(
          "SET GLOBAL autocommit = 1", "SET GLOBAL sql_mode = '" + mode.getFirst() + "'");
    }
  }
}
