package dev.orchestrator.jepsen.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One MySQL server of the fleet. Starting and killing is confined to the drill's main thread. */
public final class MySqlMember {
  /** The port of every server. */
  public static final int PORT = 3306;

  private static final int REBUILT = 100;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final String host;
  private int serverId;
  private final boolean primary;
  private final Path folder;
  private volatile @Nullable ChildProcess process;

  MySqlMember(String host, int serverId, boolean primary, Path folder) {
    this.host = host;
    this.serverId = serverId;
    this.primary = primary;
    this.folder = folder;
  }

  /** The loopback address. */
  public String host() {
    return host;
  }

  /** Host and port as the API and the topology name it. */
  public String key() {
    return host + ":" + PORT;
  }

  /** Whether the process runs. */
  public boolean isAlive() {
    ChildProcess current = process;
    return current != null && current.isAlive();
  }

  /** Starts the server on what is in its folder; does not wait. */
  void launch(Path script) {
    launch(script, primary ? "primary" : "replica");
  }

  /** Starts the server read-only, whatever it was; does not wait. */
  void launchAsReplica(Path script) {
    launch(script, "replica");
  }

  /**
   * Deletes all data of a server that does not run. It gets another server id: with the old one it
   * would skip its own old transactions when they come from its source.
   */
  void forget() {
    serverId += REBUILT;
    try (Stream<Path> entries = Files.walk(folder.resolve("data"))) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (IOException e) {
      throw new LabException("cannot delete the data in " + folder, e);
    }
  }

  /** Where its data and logs are. */
  public Path folder() {
    return folder;
  }

  private void launch(Path script, String role) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new LabException("cannot create " + folder, e);
    }
    process =
        ChildProcess.start(
            "mysqld " + key(),
            folder.resolve("output.log"),
            Map.of(),
            List.of(
                script.toString(),
                "run",
                folder.toString(),
                host,
                Integer.toString(serverId),
                role));
  }

  void awaitReady() {
    ChildProcess started = running();
    Optional<Boolean> ready =
        Waiting.poll(
            START_LIMIT,
            Duration.ofMillis(50),
            () -> !started.isAlive() || answers() ? Optional.of(true) : Optional.empty());
    if (ready.isEmpty() || !started.isAlive()) {
      throw started.complaint("did not start, see also " + folder.resolve("error.log"));
    }
  }

  /** Whether it lets somebody in now. */
  public boolean answers() {
    try (Connection connection = connect(Duration.ofSeconds(1))) {
      return connection.isValid(1);
    } catch (SQLException notYet) {
      return false;
    }
  }

  /** Kills the server with SIGKILL; returns at once. */
  public void kill9() {
    running().kill9();
  }

  /** The process, for signals. */
  public ChildProcess process() {
    return running();
  }

  void destroy() {
    ChildProcess current = process;
    if (current != null) {
      current.destroy(START_LIMIT);
    }
  }

  private ChildProcess running() {
    ChildProcess current = process;
    if (current == null) {
      throw new LabException(key() + " was never started");
    }
    return current;
  }

  /** A session with all rights. */
  public Connection connect(Duration readTimeout) throws SQLException {
    return connect("lab", "lab", "", readTimeout);
  }

  /** A session of the application on its database. */
  public Connection connectAsApplication(Duration readTimeout) throws SQLException {
    return connect("app", "app", "drill", readTimeout);
  }

  private Connection connect(String user, String password, String database, Duration readTimeout)
      throws SQLException {
    String url =
        "jdbc:mysql://%s/%s?sslMode=DISABLED&allowPublicKeyRetrieval=true&connectTimeout=500&socketTimeout=%d"
            .formatted(key(), database, readTimeout.toMillis());
    return DriverManager.getConnection(url, user, password);
  }

  /** Runs statements one by one in one session with all rights. */
  public void execute(String... statements) {
    String current = "a session";
    try (Connection connection = connect(Duration.ofSeconds(20));
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        current = sql;
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new LabException("on " + key() + ", " + current + ": " + e.getMessage(), e);
    }
  }

  /** Commits empty transactions of the given names. */
  void executeEmpty(List<String> names) {
    List<String> statements = new ArrayList<>();
    for (String name : names) {
      statements.add("SET GTID_NEXT = '" + name + "'");
      statements.add("BEGIN");
      statements.add("COMMIT");
    }
    statements.add("SET GTID_NEXT = 'AUTOMATIC'");
    execute(statements.toArray(String[]::new));
  }

  /** Deletes, unlogged, those of the newest rows that the other server lacks. */
  void deleteSurplusRows(MySqlMember other, String table, int transactions) {
    String newest = "SELECT id FROM %s ORDER BY id DESC LIMIT %d".formatted(table, transactions);
    List<Long> surplus = new ArrayList<>(ids(newest));
    surplus.removeAll(
        surplus.isEmpty()
            ? List.of()
            : other.ids("SELECT id FROM " + table + " WHERE id >= " + surplus.getLast()));
    if (!surplus.isEmpty()) {
      String list = surplus.stream().map(String::valueOf).collect(Collectors.joining(","));
      execute(
          "SET SESSION sql_log_bin = 0",
          "SET GLOBAL super_read_only = OFF",
          "DELETE FROM " + table + " WHERE id IN (" + list + ")",
          "SET GLOBAL super_read_only = ON");
    }
  }

  private List<Long> ids(String sql) {
    try (Connection connection = connect(Duration.ofSeconds(20));
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<Long> ids = new ArrayList<>();
      while (result.next()) {
        ids.add(result.getLong(1));
      }
      return ids;
    } catch (SQLException e) {
      throw new LabException("on " + key() + ": " + e.getMessage(), e);
    }
  }

  /** The first row of a query by lower case column label; empty if there is none or no answer. */
  public Map<String, String> row(String sql) {
    try (Connection connection = connect(Duration.ofSeconds(5));
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? firstRow(result) : Map.of();
    } catch (SQLException unreachable) {
      return Map.of();
    }
  }

  private static Map<String, String> firstRow(ResultSet result) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    var row = new HashMap<String, String>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      @Nullable String value = result.getString(i);
      row.put(columns.getColumnLabel(i), value == null ? "" : value);
    }
    return row;
  }

  /** Whether it answers and accepts writes. */
  public boolean isWritable() {
    Map<String, String> flags = row("SELECT @@GLOBAL.read_only r, @@GLOBAL.super_read_only s");
    return "0".equals(flags.get("r")) && "0".equals(flags.get("s"));
  }

  /** Whether it replicates from the given host, with both threads running. */
  public boolean replicatesFrom(String sourceHost) {
    Map<String, String> status = row("SHOW REPLICA STATUS");
    return sourceHost.equals(status.get("Source_Host"))
        && "Yes".equals(status.get("Replica_IO_Running"))
        && "Yes".equals(status.get("Replica_SQL_Running"));
  }

  @Override
  public String toString() {
    return key();
  }
}
