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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real MySQL server, started by {@code scripts/mysql-server}, ended with this process. */
public final class MySqlTestServer {
  public static final int PORT = 3306;

  /** Else every commit would wait for a replica's acknowledgement. */
  private static final String ALONE = "--rpl-semi-sync-source-enabled=OFF";

  private static final Duration LIMIT = Duration.ofSeconds(120);

  private static MySqlTestServer shared;

  private final Path folder;
  private final String host;
  private Process process;

  private MySqlTestServer(Path folder, String host) {
    this.folder = folder;
    this.host = host;
  }

  /** The server of this process, started when it is first asked for. */
  public static synchronized MySqlTestServer shared() {
    if (shared == null) {
      Path root =
          Path.of(
              System.getProperty("java.io.tmpdir"),
              "orchestrator-store-" + System.getProperty("user.name"));
      endStrays(root);
      Path folder = root.resolve(Long.toString(ProcessHandle.current().pid()));
      MySqlTestServer server = new MySqlTestServer(folder, freeHost());
      Runtime.getRuntime().addShutdownHook(new Thread(server::end, "end-mysql"));
      server.start();
      shared = server;
    }
    return shared;
  }

  /** Ends the servers whose test process is dead, and deletes their data. */
  private static void endStrays(Path root) {
    try {
      Files.createDirectories(root);
      try (Stream<Path> folders = Files.list(root)) {
        for (Path folder : folders.toList()) {
          long owner = Long.parseLong(folder.getFileName().toString());
          if (ProcessHandle.of(owner).isEmpty()) {
            Process pids = new ProcessBuilder(script(), "pids", folder.toString()).start();
            for (String pid : new String(pids.getInputStream().readAllBytes()).lines().toList()) {
              ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            }
            delete(folder);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  private static String script() {
    Path here = Path.of("").toAbsolutePath();
    return Stream.iterate(here, folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve("scripts/mysql-server"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no scripts/mysql-server above " + here))
        .toString();
  }

  /** Starts the server and waits until it answers. */
  public void start() {
    try {
      Files.createDirectories(folder);
      process =
          new ProcessBuilder(script(), "run", folder.toString(), host, "1", "primary", ALONE)
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
            + "&socketTimeout=20000",
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
