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
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.slf4j.LoggerFactory;

/**
 * Measures what a backend bears: applied commands and saved instances per second, each beside a
 * loop of the bare prepared statements that it cannot do without, in turns. Started by {@code
 * scripts/store-bench}.
 */
public final class StoreBench {
  private static final int BATCH = 64;

  private StoreBench() {}

  /**
   * Arguments: seconds per figure, then the backends, see {@link MySqlTestServer#shared(String)},
   * and sqlite. Or: the word apply, the number of commands, and the SQLite file to apply them to,
   * for somebody who counts syncs from outside.
   */
  public static void main(String[] arguments) throws Exception {
    ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
    if (arguments[0].equals("apply")) {
      applyOnly(Path.of(arguments[2]), Long.parseLong(arguments[1]));
      return;
    }
    Duration time = Duration.ofSeconds(Long.parseLong(arguments[0]));
    System.out.printf(
        "%-22s %14s %14s %6s %14s %12s %16s %14s %6s%n",
        "backend",
        "commands/s",
        "bare/s",
        "share",
        "syncs/command",
        "bare syncs",
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
    backend.open("bare").close();
    try (Database database = backend.open("bench");
        Connection bare = connect(backend)) {
      SqlStateMachine machine = new SqlStateMachine(database);
      long[] index = {0};
      Work command = () -> machine.apply(new LogId(1, ++index[0]), command(index[0]));
      Meter ours = new Meter(command, name);
      Meter limit = new Meter(bareCommand(bare), name);
      Meter.sideBySide(time, ours, limit);
      String same = name.equals("sqlite") ? "" : sameStatements(name, backend, command, time);
      List<Instance> instances = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        instances.add(Instance.known(new InstanceKey("db" + i, 3306)));
      }
      Meter saves = new Meter(() -> database.instances().save(instances), name);
      database.instances().save(instances);
      Meter bareSaves = new Meter(bareInstances(backend, bare), name);
      Meter.sideBySide(time, saves, bareSaves);
      System.out.printf(
          Locale.ROOT,
          "%-22s %,14.0f %,14.0f %5.0f%% %14s %12s %,16.0f %,14.0f %5.0f%%%n",
          name,
          ours.perSecond(),
          limit.perSecond(),
          100 * ours.perSecond() / limit.perSecond(),
          ours.syncsEach(),
          limit.syncsEach(),
          BATCH * saves.perSecond(),
          BATCH * bareSaves.perSecond(),
          100 * saves.perSecond() / bareSaves.perSecond());
      System.out.print(same);
    }
  }

  /**
   * Beside each other: commands, and a bare loop of the statements that the server got for some.
   */
  private static String sameStatements(
      String name, TestBackend backend, Work command, Duration time) throws Exception {
    MySqlTestServer server = MySqlTestServer.shared(name);
    List<String> statements = StatementLog.of(server, "t_bench", 200, command::run);
    try (Connection connection = backend.connect("bare");
        var statement = connection.createStatement()) {
      int[] next = {0};
      Work replay =
          () -> {
            String sql;
            do {
              sql = statements.get(next[0]++ % statements.size());
              statement.execute(sql);
            } while (!sql.equals("COMMIT"));
          };
      Meter ours = new Meter(command, name);
      Meter same = new Meter(replay, name);
      long commits = -WriteCost.commits(server);
      Meter.sideBySide(time, ours, same);
      commits += WriteCost.commits(server);
      return String.format(
          Locale.ROOT,
          "%-22s %,14.0f %,14.0f %5.0f%% %14s %12s  the same statements, bare; %,d commits%n",
          "",
          ours.perSecond(),
          same.perSecond(),
          100 * ours.perSecond() / same.perSecond(),
          ours.syncsEach(),
          same.syncsEach(),
          commits);
    }
  }

  private static void applyOnly(Path file, long count) {
    try (Database database = Database.sqlite(file)) {
      SqlStateMachine machine = new SqlStateMachine(database);
      for (long index = 1; index <= count; index++) {
        machine.apply(new LogId(1, index), command(index));
      }
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
  private static Work bareCommand(Connection connection) throws SQLException {
    PreparedStatement row =
        connection.prepareStatement("REPLACE INTO downtime VALUES (?, 3306, ?, ?, 0, ?)");
    PreparedStatement applied =
        connection.prepareStatement("UPDATE raft_applied SET applied_index = ?");
    long[] index = {0};
    return () -> {
      index[0]++;
      row.setString(1, "db" + index[0] % 1_000);
      row.setString(2, "bench");
      row.setString(3, "measured");
      row.setLong(4, index[0]);
      row.executeUpdate();
      applied.setLong(1, index[0]);
      applied.executeUpdate();
      connection.commit();
    };
  }

  /** The very rows that were saved, as they lie in the table, 64 in one commit. */
  private static Work bareInstances(TestBackend backend, Connection connection)
      throws SQLException {
    List<Object[]> rows = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    try (Connection from = backend.connect("bench");
        var statement = from.createStatement();
        var result = statement.executeQuery("SELECT * FROM instance")) {
      for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
        columns.add(result.getMetaData().getColumnName(column));
      }
      while (result.next()) {
        Object[] row = new Object[columns.size()];
        for (int column = 0; column < row.length; column++) {
          row[column] = result.getObject(column + 1);
        }
        rows.add(row);
      }
    }
    PreparedStatement insert =
        connection.prepareStatement(
            "REPLACE INTO instance ("
                + String.join(", ", columns)
                + ") VALUES ("
                + String.join(", ", Collections.nCopies(columns.size(), "?"))
                + ")");
    return () -> {
      for (Object[] row : rows) {
        for (int column = 0; column < row.length; column++) {
          insert.setObject(column + 1, row[column]);
        }
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    };
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

  /** Counts how often some work was done, in which time and with how many syncs. */
  private static final class Meter {
    private static final long SLICE_NANOS = 250_000_000;

    private final Work work;
    private final String backend;
    private long count;
    private long nanos;
    private long syncs;

    Meter(Work work, String backend) {
      this.work = work;
      this.backend = backend;
    }

    /** In turns, so that both have what else happens on the machine. */
    static void sideBySide(Duration each, Meter one, Meter other) throws Exception {
      one.run(each.toNanos() / 4);
      other.run(each.toNanos() / 4);
      one.forget();
      other.forget();
      while (one.nanos < each.toNanos()) {
        one.run(SLICE_NANOS);
        other.run(SLICE_NANOS);
      }
    }

    private void run(long time) throws Exception {
      long syncsBefore = syncs(backend);
      long begin = System.nanoTime();
      while (System.nanoTime() - begin < time) {
        work.run();
        count++;
      }
      nanos += System.nanoTime() - begin;
      syncs += syncs(backend) - syncsBefore;
    }

    private void forget() {
      count = 0;
      nanos = 0;
      syncs = 0;
    }

    double perSecond() {
      return count * 1e9 / nanos;
    }

    String syncsEach() {
      return syncs(backend) < 0 ? "-" : String.format(Locale.ROOT, "%.2f", (double) syncs / count);
    }
  }
}
