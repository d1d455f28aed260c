package dev.orchestrator.store.lab;

import static org.awaitility.Awaitility.await;

import dev.orchestrator.store.sql.MySqlBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A real MySQL or MariaDB server, started by {@code scripts/mysql-server} or {@code
 * scripts/mysql-edition}, ended with this process.
 */
public final class MySqlTestServer {
  public static final int PORT = 3306;

  /** Else every commit would wait for a replica's acknowledgement. */
  private static final String ALONE = "--rpl-semi-sync-source-enabled=OFF";

  private static final Duration LIMIT = Duration.ofSeconds(120);

  /** What the tests on "a MySQL server" run on, unless the command line says otherwise. */
  public static final String EDITION = System.getProperty("backend.edition", "8.0");

  private static final Map<String, MySqlTestServer> SHARED = new HashMap<>();

  private final String edition;
  private final Path folder;
  private final String host;
  private Process process;

  private MySqlTestServer(String edition, Path folder, String host) {
    this.edition = edition;
    this.folder = folder;
    this.host = host;
  }

  /** The server of this process, started when it is first asked for. */
  public static MySqlTestServer shared() {
    return shared(EDITION);
  }

  /**
   * The server of this edition: 8.0, 5.6, mariadb-10.11, 9.7, or 8.0-without-binary-log (the others
   * but 8.0 and 9.7 have none either), 8.0-without-log-writers (each commit writes and syncs the
   * redo log itself, as 5.6 does), or 8.0 without both.
   */
  public static synchronized MySqlTestServer shared(String edition) {
    return SHARED.computeIfAbsent(edition, MySqlTestServer::begin);
  }

  private static MySqlTestServer begin(String edition) {
    Path root =
        Path.of(
            System.getProperty("java.io.tmpdir"),
            "orchestrator-store-" + System.getProperty("user.name"));
    endStrays(root);
    Path folder = root.resolve(Long.toString(ProcessHandle.current().pid())).resolve(edition);
    MySqlTestServer server = new MySqlTestServer(edition, folder, freeHost());
    Runtime.getRuntime().addShutdownHook(new Thread(server::end, "end-" + edition));
    server.start();
    return server;
  }

  /** Ends the servers whose test process is dead, and deletes their data. */
  private static void endStrays(Path root) {
    try {
      Files.createDirectories(root);
      try (Stream<Path> folders = Files.list(root)) {
        for (Path folder : folders.toList()) {
          long owner = Long.parseLong(folder.getFileName().toString());
          if (ProcessHandle.of(owner).isEmpty()) {
            ProcessHandle.allProcesses()
                .filter(other -> isServerIn(folder, other))
                .forEach(ProcessHandle::destroyForcibly);
            delete(folder);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isServerIn(Path folder, ProcessHandle process) {
    return Stream.of(process.info().arguments().orElse(new String[0]))
        .anyMatch(word -> word.startsWith("--") && word.contains("=" + folder + "/"));
  }

  private static String freeHost() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    while (true) {
      String host = "127.71." + random.nextInt(256) + "." + random.nextInt(1, 255);
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(host, PORT), 1_000);
      } catch (IOException refused) {
        return host;
      }
    }
  }

  private static String script(String name) {
    Path here = Path.of("").toAbsolutePath();
    return Stream.iterate(here, folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve("scripts/" + name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no scripts/" + name + " above " + here))
        .toString();
  }

  /** Starts the server and waits until it answers. */
  public void start() {
    try {
      Files.createDirectories(folder);
      process =
          new ProcessBuilder(command())
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("output.log").toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await("MySQL on " + host + ", see " + folder)
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> !process.isAlive() || answers());
    if (!process.isAlive()) {
      throw new IllegalStateException("MySQL did not start, see " + folder);
    }
  }

  private List<String> command() {
    if (!edition.startsWith("8.0")) {
      return List.of(script("mysql-edition"), "run", edition, folder.toString(), host);
    }
    List<String> command = new ArrayList<>();
    command.addAll(List.of(script("mysql-server"), "run", folder.toString(), host, "1", "primary"));
    command.add(ALONE);
    if (edition.contains("-without-binary-log")) {
      command.addAll(List.of("--skip-log-bin", "--skip-log-replica-updates"));
    }
    if (edition.contains("-without-log-writers")) {
      command.add("--innodb-log-writer-threads=OFF");
    }
    return command;
  }

  private boolean answers() {
    try (Connection connection = connect("")) {
      return connection.isValid(2);
    } catch (SQLException notYet) {
      return false;
    }
  }

  public String host() {
    return host;
  }

  /** A file that the server made in its data folder, for example {@code ca.pem}. */
  public Path dataFile(String name) {
    return folder.resolve("data").resolve(name);
  }

  /** Settings of a backend on this server for an account that may do everything. */
  public MySqlBackend settings(String database, Duration readTimeout) {
    return settings(database, "lab", "lab", readTimeout);
  }

  public MySqlBackend settings(
      String database, String user, String password, Duration readTimeout) {
    return new MySqlBackend(
        host,
        PORT,
        database,
        user,
        password,
        4,
        Duration.ofSeconds(2),
        readTimeout,
        Optional.empty());
  }

  public Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:mysql://"
            + host
            + ":"
            + PORT
            + "/"
            + database
            + "?sslMode=DISABLED&allowPublicKeyRetrieval=true&connectTimeout=2000"
            + "&socketTimeout=20000&rewriteBatchedStatements=true&cachePrepStmts=true",
        "lab",
        "lab");
  }

  public void execute(String... statements) {
    try (Connection connection = connect("");
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** First column of a query. */
  public List<String> column(String sql) {
    try (Connection connection = connect("");
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (result.next()) {
        values.add(result.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Drops the databases of former tests. */
  void dropDatabases() {
    column("SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 't\\_%'")
        .forEach(name -> execute("DROP DATABASE `" + name + "`"));
  }

  /** Sends the server a signal, for example STOP. */
  public void signal(String name) {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IllegalStateException("could not send " + name + " to MySQL");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends the server without warning and waits until it is gone. */
  public void kill() {
    try {
      if (!process.destroyForcibly().waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("MySQL does not die");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void end() {
    if (process != null) {
      kill();
    }
    delete(folder);
  }

  private static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> entries = Files.walk(folder)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
