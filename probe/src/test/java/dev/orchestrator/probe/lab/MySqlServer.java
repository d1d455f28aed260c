package dev.orchestrator.probe.lab;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** One mysqld process and how to talk to it. Two threads must not start or stop it at once. */
final class MySqlServer {
  private static final int LOG_TAIL = 30;

  private final Path script;
  private final Path folder;
  private final String host;
  private final int serverId;
  private final boolean primary;
  private final List<String> options;
  private volatile Process process;

  MySqlServer(
      Path script, Path folder, String host, int serverId, boolean primary, List<String> options) {
    this.script = script;
    this.folder = folder;
    this.host = host;
    this.serverId = serverId;
    this.primary = primary;
    this.options = List.copyOf(options);
  }

  String host() {
    return host;
  }

  String key() {
    return host + ":" + MySqlLab.PORT;
  }

  String jdbcUrl() {
    return "jdbc:mysql://%s/?sslMode=DISABLED&allowPublicKeyRetrieval=true&connectTimeout=2000&socketTimeout=20000"
        .formatted(key());
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Starts the process and returns at once; the script replaces itself with mysqld. */
  void launch() {
    requireFreeAddress();
    var command =
        new ArrayList<>(
            List.of(
                script.toString(),
                "run",
                folder.toString(),
                host,
                String.valueOf(serverId),
                primary ? "primary" : "replica"));
    command.addAll(options);
    try {
      Files.createDirectories(folder);
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("output.log").toFile()))
              .start();
    } catch (IOException e) {
      throw new LabException("could not start " + key(), e);
    }
  }

  /** Without this a server of somebody else could pass for ours. */
  private void requireFreeAddress() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, MySqlLab.PORT), 1000);
    } catch (IOException refused) {
      return;
    }
    throw new LabException(key() + " is in use: another server listens there already");
  }

  /** Waits until the server answers SQL; fails at once, with the log's end, if it died. */
  void awaitReady(Duration limit) {
    try {
      await(key() + " is ready")
          .atMost(limit)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> !isAlive() || answers());
    } catch (ConditionTimeoutException e) {
      throw new LabException(key() + " is not ready after " + limit + logTail(), e);
    }
    if (!isAlive()) {
      throw new LabException(
          key() + " ended with code " + process.exitValue() + " while starting" + logTail());
    }
  }

  private boolean answers() {
    try (Connection connection = connect()) {
      return connection.isValid(2);
    } catch (SQLException notYet) {
      return false;
    }
  }

  void kill9() {
    if (process == null) {
      return;
    }
    process.destroyForcibly();
    awaitEnd(MySqlLab.LIMIT);
  }

  void stop(Duration limit) {
    if (isAlive()) {
      process.destroy();
      awaitEnd(limit);
    }
  }

  private void awaitEnd(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new LabException(key() + " did not end within " + limit + logTail());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while " + key() + " was ending", e);
    }
  }

  void signal(String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid())).start();
      if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new LabException("could not send SIG" + name + " to " + key());
      }
    } catch (IOException e) {
      throw new LabException("could not send SIG" + name + " to " + key(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while signalling " + key(), e);
    }
  }

  void execute(String... statements) {
    String current = "";
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        current = sql;
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new LabException("on " + key() + ": " + current + ": " + e.getMessage(), e);
    }
  }

  List<Map<String, String>> query(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      ResultSetMetaData columns = result.getMetaData();
      var rows = new ArrayList<Map<String, String>>();
      while (result.next()) {
        var row = new LinkedHashMap<String, String>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          row.put(columns.getColumnLabel(i), result.getString(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new LabException("on " + key() + ": " + sql + ": " + e.getMessage(), e);
    }
  }

  String value(String sql) {
    List<Map<String, String>> rows = query(sql);
    return rows.isEmpty() ? null : rows.getFirst().values().iterator().next();
  }

  List<String> logLines(String name) {
    Path file = folder.resolve(name);
    try {
      // A statement may hold any bytes; a test looks for its own words only.
      return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.ISO_8859_1) : List.of();
    } catch (IOException e) {
      throw new LabException("could not read " + file, e);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl(), "lab", "lab");
  }

  private String logTail() {
    var lines = new ArrayList<>(logLines("output.log"));
    lines.addAll(logLines("error.log"));
    List<String> tail = lines.subList(Math.max(0, lines.size() - LOG_TAIL), lines.size());
    return "; its log ends with:\n" + String.join("\n", tail);
  }
}
