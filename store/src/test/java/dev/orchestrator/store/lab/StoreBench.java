package dev.orchestrator.store.lab;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * Measures what a backend bears: applied commands and saved instances per second, each beside a
 * loop of the bare prepared statement that it cannot do without. Started by {@code
 * scripts/store-bench}.
 */
public final class StoreBench {
  private static final int BATCH = 64;

  private StoreBench() {}

  /** Arguments: seconds per figure, then the backends: sqlite, 8.0, 5.6, mariadb-10.11, 9.7. */
  public static void main(String[] arguments) throws Exception {
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
    Duration time = Duration.ofSeconds(Long.parseLong(arguments[0]));
    System.out.printf(
        "%-14s %14s %14s %6s %14s %16s %14s %6s%n",
        "backend",
        "commands/s",
        "bare/s",
        "share",
        "syncs/command",
        "instances/s",
        "bare/s",
        "share");
    for (int i = 1; i < arguments.length; i++) {
      Path folder = Files.createTempDirectory("store-bench");
      boolean sqlite = arguments[i].equals("sqlite");
      TestBackend backend = sqlite ? TestBackend.sqlite(folder) : TestBackend.mysql(arguments[i]);
      if (!sqlite) { // as a careful operator sets it; the tests' servers are in more of a hurry
        MySqlTestServer.shared(arguments[i])
            .execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1");
      }
      measure(arguments[i], backend, time);
    }
    System.exit(0); // ends the servers at once
  }

  private static void measure(String name, TestBackend backend, Duration time) throws Exception {
    double bareCommands = bareCommands(backend, time);
    double bareInstances = bareInstances(backend, time);
    try (Database database = backend.open("bench")) {
      SqlStateMachine machine = new SqlStateMachine(database);
      long[] index = {0};
      long syncsBefore = syncs(name);
      double commands =
          perSecond(
              time,
              () -> {
                index[0]++;
                machine.apply(new LogId(1, index[0]), command(index[0]));
              });
      long syncs = syncs(name) - syncsBefore;
      List<Instance> instances = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        instances.add(Instance.known(new InstanceKey("db" + i, 3306)));
      }
      double saved = BATCH * perSecond(time, () -> database.instances().save(instances));
      System.out.printf(
          Locale.ROOT,
          "%-14s %,14.0f %,14.0f %5.0f%% %14s %,16.0f %,14.0f %5.0f%%%n",
          name,
          commands,
          bareCommands,
          100 * commands / bareCommands,
          syncsBefore < 0 ? "-" : String.format(Locale.ROOT, "%.3f", (double) syncs / index[0]),
          saved,
          bareInstances,
          100 * saved / bareInstances);
    }
  }

  /** Syncs of the server's redo log so far, -1 where nobody counts them (an embedded file). */
  private static long syncs(String backend) {
    return backend.equals("sqlite") ? -1 : WriteCost.redoLogSyncs(MySqlTestServer.shared(backend));
  }

  private static byte[] command(long index) {
    Downtime downtime =
        new Downtime(
            new InstanceKey("db" + index % 1_000, 3306),
            "bench",
            "measured",
            Instant.EPOCH,
            Instant.EPOCH.plusSeconds(index));
    return CommandCodec.encode(new Command.BeginDowntime(downtime), index);
  }

  /** What one applied command cannot do without: its row and the applied index, in one commit. */
  private static double bareCommands(TestBackend backend, Duration time) throws Exception {
    backend.open("bare").close();
    try (Connection connection = connect(backend);
        PreparedStatement row =
            connection.prepareStatement("REPLACE INTO downtime VALUES (?, 3306, ?, ?, 0, ?)");
        PreparedStatement applied =
            connection.prepareStatement("UPDATE raft_applied SET applied_index = ?")) {
      long[] index = {0};
      return perSecond(
          time,
          () -> {
            index[0]++;
            row.setString(1, "db" + index[0] % 1_000);
            row.setString(2, "bench");
            row.setString(3, "measured");
            row.setLong(4, index[0]);
            row.executeUpdate();
            applied.setLong(1, index[0]);
            applied.executeUpdate();
            connection.commit();
          });
    }
  }

  /** A batch of 64 rows of 16 columns in one commit: an instance's row is wider. */
  private static double bareInstances(TestBackend backend, Duration time) throws Exception {
    try (Connection connection = connect(backend)) {
      StringBuilder columns = new StringBuilder();
      StringBuilder places = new StringBuilder();
      try (var result =
          connection.getMetaData().getColumns(connection.getCatalog(), null, "instance", null)) {
        while (result.next()) {
          columns.append(columns.isEmpty() ? "" : ", ").append(result.getString("COLUMN_NAME"));
          places.append(places.isEmpty() ? "?" : ", ?");
        }
      }
      String[] names = columns.toString().split(", ");
      try (PreparedStatement insert =
          connection.prepareStatement(
              "REPLACE INTO instance (" + columns + ") VALUES (" + places + ")")) {
        return BATCH
            * perSecond(
                time,
                () -> {
                  for (int row = 0; row < BATCH; row++) {
                    for (int column = 1; column <= names.length; column++) {
                      // SQLite takes any value anywhere, MySQL turns digits into numbers.
                      insert.setString(column, column == 1 ? "db" + row : "0");
                    }
                    insert.addBatch();
                  }
                  insert.executeBatch();
                  connection.commit();
                });
      }
    }
  }

  private static Connection connect(TestBackend backend) throws SQLException {
    Connection connection = backend.connect("bare");
    if (connection.getMetaData().getDatabaseProductName().equals("SQLite")) {
      try (var statement = connection.createStatement()) {
        statement.execute("PRAGMA synchronous = NORMAL");
      }
    }
    connection.setAutoCommit(false);
    return connection;
  }

  private interface Work {
    void run() throws Exception;
  }

  private static double perSecond(Duration time, Work work) throws Exception {
    long warm = System.nanoTime() + time.toNanos() / 4;
    while (System.nanoTime() < warm) {
      work.run();
    }
    long begin = System.nanoTime();
    long end = begin + time.toNanos();
    long count = 0;
    while (System.nanoTime() < end) {
      work.run();
      count++;
    }
    return count * 1e9 / (System.nanoTime() - begin);
  }
}
