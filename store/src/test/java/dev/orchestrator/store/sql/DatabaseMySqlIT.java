package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.lab.MySqlTestServer;
import dev.orchestrator.store.lab.TestAuthority;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseMySqlIT {
  private static final InstanceKey DB1 = new InstanceKey("db1", 3306);
  private static final String NAME = "t_orchestrator";
  private static final Duration SHORT = Duration.ofMillis(1_500);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final MySqlTestServer server = MySqlTestServer.shared();

  @BeforeEach
  void dropDatabases() {
    TestBackend.mysql();
  }

  private Database open() {
    return Database.mysql(server.settings(NAME, LONG));
  }

  private static MySqlBackend withTls(MySqlBackend s, MySqlBackend.Tls tls) {
    return new MySqlBackend(
        s.host(),
        s.port(),
        s.database(),
        s.user(),
        s.password(),
        s.maxConnections(),
        s.connectTimeout(),
        s.readTimeout(),
        Optional.of(tls));
  }

  private long writerNumber() {
    return Long.parseLong(
        server.column("SELECT IS_USED_LOCK('orchestrator/" + NAME + "')").getFirst());
  }

  @Test
  void createsTheDatabaseAndKeepsRowsOverARestart() {
    try (Database database = open()) {
      database.instances().save(List.of(Instance.known(DB1)));
      database.probe();
      database.probe();
      assertThat(database.sync()).isEqualTo(LogId.ZERO);
    }
    try (Database database = open()) {
      assertThat(database.instances().all()).containsExactly(Instance.known(DB1));
      database.probe();
    }
  }

  @Test
  void everyTableIsEitherReplicatedOrLocalAndComparesBytes() {
    open().close();
    String where = " FROM information_schema.tables WHERE table_schema = '" + NAME + "'";
    assertThat(server.column("SELECT table_name" + where))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(Tables.REPLICATED.stream(), Tables.LOCAL.stream()).toList());
    assertThat(server.column("SELECT DISTINCT CONCAT(engine, ' ', table_collation)" + where))
        .containsExactly("InnoDB utf8mb4_bin");
  }

  @Test
  void aSecondOpeningIsRefusedUntilTheFirstIsClosed() {
    try (Database database = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("database " + NAME + " on " + server.host())
          .hasMessageContaining("is in use by another node")
          .hasMessageContaining("set MySQLOrchestratorDatabase to another database");
      database.probe();
    }
    open().close();
  }

  @Test
  void aTransactionThatThrowsLeavesNoTrace() {
    try (Database database = open()) {
      assertThatThrownBy(
              () ->
                  database.apply(
                      tx -> {
                        database.seeds().put(tx, DB1);
                        throw new IllegalStateException("died here");
                      }))
          .hasMessage("died here");
      assertThat(database.seeds().all()).isEmpty();
      database.probe();
    }
  }

  /** MySQLOrchestratorMaxPoolConnections counts the one that writes, too. */
  @Test
  void takesNoMoreConnectionsThanItMay() throws Exception {
    MySqlBackend four = server.settings(NAME, LONG);
    assertThat(four.maxConnections()).isEqualTo(4);
    try (Database database = Database.mysql(four);
        ExecutorService askers = Executors.newFixedThreadPool(12)) {
      List<Future<?>> answers = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        answers.add(
            askers.submit(
                () -> database.reads().query("SELECT SLEEP(0.5) AS n", row -> row.number("n"))));
      }
      String connections =
          "SELECT COUNT(*) FROM information_schema.processlist WHERE db = '" + NAME + "'";
      String asking = connections + " AND info LIKE 'SELECT SLEEP%'";
      await().atMost(LONG).until(() -> server.column(asking).getFirst().equals("3"));
      assertThat(server.column(connections)).containsExactly("4");
      for (Future<?> answer : answers) {
        answer.get(30, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void readersCannotWrite() {
    try (Database database = open()) {
      assertThatThrownBy(
              () ->
                  database
                      .reads()
                      .query("SELECT name FROM setting FOR UPDATE", r -> r.text("name")))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("READ ONLY");
    }
  }

  @Test
  void aHangingServerEndsEveryCallInTimeAndServesAgainAfterwards() throws Exception {
    try (Database database = Database.mysql(server.settings(NAME, SHORT))) {
      server.signal("STOP");
      try {
        for (Callable<?> call :
            List.<Callable<?>>of(
                () -> database.seeds().all(),
                () -> database.apply(tx -> database.applied().id(tx)),
                () -> {
                  database.instances().save(List.of(Instance.known(DB1)));
                  return "";
                },
                () -> {
                  database.probe();
                  return "";
                },
                () -> Database.mysql(server.settings("t_other", SHORT)))) {
          long startedAt = System.nanoTime();
          assertThat(catchThrowable(() -> onVirtualThread(call)))
              .hasRootCauseInstanceOf(Exception.class)
              .satisfies(e -> assertThat(e.getCause()).isInstanceOf(StoreException.class));
          assertThat(Duration.ofNanos(System.nanoTime() - startedAt))
              .isLessThan(SHORT.plusMillis(1_500));
          startedAt = System.nanoTime();
          assertThat(catchThrowable(call::call)).isInstanceOf(StoreException.class);
          assertThat(Duration.ofNanos(System.nanoTime() - startedAt))
              .isLessThan(SHORT.plusMillis(1_500));
        }
      } finally {
        server.signal("CONT");
      }
      await().atMost(LONG).untilAsserted(database::probe);
      database.apply(tx -> database.applied().id(tx));
      assertThat(database.seeds().all()).isEmpty();
    }
  }

  /** Or what is left of apply's patience would be spent on closing the session that was lost. */
  @Test
  void anEncryptedSessionThatWasLostIsClosedAtOnce() throws Exception {
    MySqlServer backend = new MySqlServer(server.settings(NAME, SHORT));
    try (Connection writer = backend.openWriter(Deadline.in(LONG));
        Statement statement = writer.createStatement()) {
      try (ResultSet cipher = statement.executeQuery("SHOW STATUS LIKE 'Ssl_cipher'")) {
        assertThat(cipher.next()).isTrue();
        assertThat(cipher.getString(2)).as("TLS").isNotEmpty();
      }
      Duration limit = Duration.ofSeconds(2);
      backend.limit(writer, Deadline.in(limit.multipliedBy(2)));
      server.signal("STOP");
      long startedAt = System.nanoTime();
      assertThatThrownBy(() -> statement.execute("DO 1")).isInstanceOf(SQLException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - startedAt))
          .isBetween(limit.minusMillis(200), limit.plusMillis(1_500));
    } finally {
      server.signal("CONT");
    }
  }

  /** As long as no commit was sent, apply waits for the server instead of ending the node. */
  @Test
  void applySurvivesARestartOfTheServer() throws Exception {
    try (Database database = open()) {
      server.kill();
      assertThatThrownBy(database::probe).isInstanceOf(StoreException.class);
      FutureTask<LogId> apply =
          new FutureTask<>(
              () ->
                  database.apply(
                      tx -> {
                        database.seeds().put(tx, DB1);
                        database.applied().advance(tx, new LogId(1, 1));
                        return database.applied().id(tx);
                      }));
      Thread.ofPlatform().start(apply);
      server.start();
      assertThat(apply.get(60, TimeUnit.SECONDS)).isEqualTo(new LogId(1, 1));
      assertThat(database.seeds().all()).containsExactly(DB1);
    }
  }

  @Test
  void aSessionEndedByTheServerIsReplacedTogetherWithItsLock() {
    try (Database database = open()) {
      long before = writerNumber();
      server.execute("KILL " + before);
      database.instances().save(List.of(Instance.known(DB1)));
      assertThat(writerNumber()).isNotEqualTo(before);
      assertThat(database.instances().all()).hasSize(1);
    }
  }

  @Test
  void aLostAnswerToACommitIsNotAskedForAgain() {
    try (Database database = open()) {
      List<String> runs = new ArrayList<>();
      assertThatThrownBy(
              () ->
                  database.apply(
                      tx -> {
                        runs.add("run");
                        database.seeds().put(tx, DB1);
                        tx.send(); // only the COMMIT meets the death
                        server.execute("KILL " + writerNumber());
                        return "";
                      }))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("may or may not have happened");
      assertThat(runs).hasSize(1);
      database.probe();
    }
  }

  @Test
  void whatTheSeedsGrantIsEnough() {
    server.execute(
        "CREATE DATABASE t_seed",
        "CREATE USER IF NOT EXISTS 'orc_server_user' IDENTIFIED BY 'orc_server_password'",
        "GRANT ALL PRIVILEGES ON t_seed.* TO 'orc_server_user'");
    Database.mysql(server.settings("t_seed", "orc_server_user", "orc_server_password", LONG))
        .close();
    assertRefused(
        server.settings("t_other", "orc_server_user", "orc_server_password", LONG),
        "does not let user 'orc_server_user' use or create t_other; GRANT ALL PRIVILEGES");
    assertRefused(
        server.settings("t_seed", "orc_server_user", "wrong-secret", LONG),
        "does not let in user 'orc_server_user'; check MySQLOrchestratorUser");
  }

  @Test
  void anUnreachableServerIsNamedWithTheFix() {
    MySqlBackend good = server.settings(NAME, LONG);
    assertRefused(
        new MySqlBackend("127.71.0.0", 1, NAME, "u", "p", 4, SHORT, SHORT, Optional.empty()),
        "cannot reach the MySQL backend 127.71.0.0:1; check that it runs, and"
            + " MySQLOrchestratorHost and MySQLOrchestratorPort");
    assertRefused(
        new MySqlBackend(
            "no-such-host.invalid", 3306, NAME, "u", "p", 4, SHORT, SHORT, Optional.empty()),
        "cannot reach the MySQL backend no-such-host.invalid:3306");
    assertThat(good.toString()).doesNotContain("password=lab").contains(NAME);
  }

  private static void assertRefused(MySqlBackend settings, String message) {
    assertThatThrownBy(() -> Database.mysql(settings))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(message)
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .hasLineCount(1)
                    .doesNotContain(settings.password() + "\""))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("wrong-secret"));
  }

  @Test
  void connectsWithAClientCertificate() {
    server.execute(
        "CREATE USER IF NOT EXISTS 'tls' IDENTIFIED BY 'tls' REQUIRE X509",
        "GRANT ALL PRIVILEGES ON `t\\_%`.* TO 'tls'");
    MySqlBackend plain = server.settings(NAME, "tls", "tls", LONG);
    assertRefused(plain, "does not let in user 'tls'");
    String key = server.dataFile("client-key.pem").toString();
    String certificate = server.dataFile("client-cert.pem").toString();
    String authority = server.dataFile("ca.pem").toString();
    Database.mysql(withTls(plain, new MySqlBackend.Tls(key, certificate, authority, true))).close();
    assertRefused(
        withTls(plain, new MySqlBackend.Tls(key, certificate, authority, false)),
        "cannot agree on TLS with the MySQL backend");
    assertRefused(
        withTls(plain, new MySqlBackend.Tls("/none", certificate, authority, true)),
        "MySQLOrchestratorSSLPrivateKeyFile /none cannot be read; name a PEM file");
  }

  @Test
  void theServersCertificateIsVerifiedByTheAuthorityThatIsNamed(@TempDir Path folder) {
    TestAuthority right = TestAuthority.make(folder, "right");
    TestAuthority wrong = TestAuthority.make(folder, "wrong");
    right.sign("server", server.host());
    right.sign("elsewhere", "127.0.0.77");
    MySqlBackend plain = server.settings(NAME, LONG);
    MySqlBackend trusting =
        withTls(plain, new MySqlBackend.Tls("", "", right.file().toString(), false));
    MySqlBackend mistaken =
        withTls(plain, new MySqlBackend.Tls("", "", wrong.file().toString(), false));
    List<String> former =
        List.of("ssl_ca", "ssl_cert", "ssl_key").stream()
            .map(name -> name + " = '" + server.column("SELECT @@" + name).getFirst() + "'")
            .toList();
    try {
      show(folder, "server");
      try (Database database = Database.mysql(trusting)) {
        database.instances().save(List.of(Instance.known(DB1)));
        assertThat(database.instances().all()).hasSize(1);
        database.pin().close();
        assertThat(
                database
                    .reads()
                    .query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", row -> row.text("Value")))
            .isNotEmpty()
            .doesNotContain("");
      }
      assertRefused(
          mistaken,
          "cannot agree on TLS with the MySQL backend "
              + plain.address()
              + "; check MySQLOrchestratorSSLCAFile");
      show(folder, "elsewhere");
      assertRefused(trusting, "cannot agree on TLS with the MySQL backend " + plain.address());
    } finally {
      server.execute("SET GLOBAL " + String.join(", ", former), "ALTER INSTANCE RELOAD TLS");
    }
  }

  /** The server has this certificate from now on. */
  private void show(Path folder, String certificate) {
    server.execute(
        "SET GLOBAL ssl_ca = '"
            + folder.resolve("right.pem")
            + "', ssl_cert = '"
            + folder.resolve(certificate + ".pem")
            + "', ssl_key = '"
            + folder.resolve(certificate + "-key.pem")
            + "'",
        "ALTER INSTANCE RELOAD TLS");
  }

  @Test
  void aServerThatDemandsEncryptionGetsItWithAndWithoutCertificates() {
    server.execute("SET GLOBAL require_secure_transport = ON");
    try {
      assertThatThrownBy(() -> server.column("SELECT 1")).hasStackTraceContaining("insecure");
      MySqlBackend plain = server.settings(NAME, LONG);
      try (Database database = Database.mysql(plain)) {
        database.instances().save(List.of(Instance.known(DB1)));
        assertThat(database.instances().all()).hasSize(1);
        database.pin().close();
      }
      String key = server.dataFile("client-key.pem").toString();
      String certificate = server.dataFile("client-cert.pem").toString();
      Database.mysql(withTls(plain, new MySqlBackend.Tls(key, certificate, "", true))).close();
    } finally {
      requireNoEncryption(server.settings(NAME, LONG));
    }
  }

  /** The lab's own connections are plain, and refused until then. */
  private static void requireNoEncryption(MySqlBackend server) {
    String url =
        "jdbc:mysql://" + server.address() + "/?sslMode=REQUIRED&allowPublicKeyRetrieval=true";
    try (Connection connection = DriverManager.getConnection(url, "lab", "lab");
        Statement statement = connection.createStatement()) {
      statement.execute("SET GLOBAL require_secure_transport = OFF");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static <T> T onVirtualThread(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task.get(30, TimeUnit.SECONDS);
  }
}
