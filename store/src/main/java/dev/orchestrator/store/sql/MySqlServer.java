package dev.orchestrator.store.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database on a MySQL server. The connection that writes holds a named lock (GET_LOCK) as long as
 * it lives, so no write of a second process, and none of an own former connection, can come between
 * its own. Thread-safe.
 */
final class MySqlServer implements Backend {
  private static final Logger LOG = LoggerFactory.getLogger(MySqlServer.class);

  private static final int UNKNOWN_DATABASE = 1049;
  private static final int DATABASE_DENIED = 1044;
  private static final int USER_DENIED = 1045;
  private static final int UNKNOWN_THREAD = 1094;

  private static final int MAX_WAITING_READS = 256;
  private static final int KEPT_READERS = 4;
  private static final Duration POOL_WAIT = Duration.ofSeconds(5);
  private static final Duration LOCAL_PATIENCE = Duration.ofSeconds(10);

  /** A server sees the death of a process on the other side within this time. */
  private static final Duration LOCK_WAIT = Duration.ofSeconds(3);

  /** The server ends the writer's session, and with it the lock, after so much silence. */
  private static final int IDLE_SECONDS = 60;

  /** How long the server keeps a streamed result for a reader that is busy elsewhere. */
  private static final int SLOW_READER_SECONDS = 600;

  private final MySqlBackend settings;
  private final Optional<TlsStores> tls;

  /** Server's number of the newest connection that wrote, 0 at first. Confined to the writer. */
  private long formerWriter;

  /**
   * Prepares to connect.
   *
   * @throws StoreException a file for TLS cannot be used
   */
  MySqlServer(MySqlBackend settings) {
    this.settings = settings;
    this.tls = settings.tls().map(TlsStores::of);
  }

  @Override
  public Dialect dialect() {
    return new MySqlDialect();
  }

  @Override
  public String describe() {
    return "database " + settings.database() + " on " + settings.address();
  }

  @Override
  public Connection openWriter(Deadline deadline) {
    try {
      Connection connection = connect(deadline);
      try {
        enterDatabase(connection);
        lock(connection);
        warnIfForgetful(connection);
        return connection;
      } catch (SQLException | StoreException e) {
        abandon(connection);
        throw e;
      }
    } catch (SQLException e) {
      throw new StoreException(explain(e), e);
    }
  }

  private Connection connect(Deadline deadline) throws SQLException {
    Properties properties = writing();
    properties.setProperty("socketTimeout", millis(half(deadline)));
    return DriverManager.getConnection("jdbc:mysql://" + settings.address() + "/", properties);
  }

  private Properties writing() {
    Properties properties = properties();
    properties.setProperty(
        "sessionVariables",
        "wait_timeout="
            + IDLE_SECONDS
            + ",innodb_lock_wait_timeout=5,lock_wait_timeout=10"
            + ",sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'");
    return properties;
  }

  private Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("user", settings.user());
    properties.setProperty("password", settings.password());
    properties.setProperty("connectTimeout", millis(settings.connectTimeout()));
    properties.setProperty("socketTimeout", millis(settings.readTimeout()));
    properties.setProperty("socketFactory", UnlingeringSocketFactory.class.getName());
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectionCollation", "utf8mb4_bin");
    properties.setProperty("connectionAttributes", "program_name:orchestrator-backend");
    properties.setProperty("rewriteBatchedStatements", "true");
    properties.setProperty("cachePrepStmts", "true");
    properties.setProperty("prepStmtCacheSize", "100");
    properties.setProperty("prepStmtCacheSqlLimit", "4096");
    if (tls.isPresent()) {
      tls.get().addTo(properties);
    } else {
      properties.setProperty("sslMode", "PREFERRED");
      properties.setProperty("allowPublicKeyRetrieval", "true");
    }
    return properties;
  }

  /** Asks for the database first: an account that may use it need not be allowed to create it. */
  private void enterDatabase(Connection connection) throws SQLException {
    try {
      connection.setCatalog(settings.database());
    } catch (SQLException e) {
      if (e.getErrorCode() != UNKNOWN_DATABASE) {
        throw e;
      }
      String quoted = "`" + settings.database().replace("`", "``") + "`";
      try (Statement statement = connection.createStatement()) {
        statement.execute(
            "CREATE DATABASE IF NOT EXISTS "
                + quoted
                + " DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
      }
      LOG.info("created {}", describe());
      connection.setCatalog(settings.database());
    }
  }

  private void lock(Connection connection) throws SQLException {
    String name = lockName();
    long holder = number(connection, "SELECT IS_USED_LOCK(?)", name);
    if (holder != 0 && holder == formerWriter) {
      end(connection, holder);
    }
    if (number(connection, "SELECT GET_LOCK(?, ?)", name, LOCK_WAIT.toSeconds()) != 1) {
      throw new StoreException(
          describe()
              + " is in use by another node (its connection there has number "
              + holder
              + "); stop that one, or set MySQLOrchestratorDatabase to another database");
    }
    formerWriter = number(connection, "SELECT CONNECTION_ID()");
  }

  /** Names of locks are at most 64 characters long and compare without case. */
  private String lockName() {
    String name = "orchestrator/" + settings.database().toLowerCase(Locale.ROOT);
    return name.length() <= 64
        ? name
        : name.substring(0, 50) + "/" + Integer.toHexString(name.hashCode());
  }

  /** Ends an own connection that was lost on this side of the network only. */
  private static void end(Connection connection, long number) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("KILL " + number);
      LOG.info("ended the lost connection {} of this node on the backend", number);
    } catch (SQLException e) {
      if (e.getErrorCode() != UNKNOWN_THREAD) {
        throw e;
      }
    }
  }

  private void warnIfForgetful(Connection connection) throws SQLException {
    long flush = number(connection, "SELECT @@innodb_flush_log_at_trx_commit");
    if (flush != 1) {
      LOG.warn(
          "{} has innodb_flush_log_at_trx_commit = {}: it may forget commits when its machine"
              + " dies; set it to 1",
          describe(),
          flush);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(Connection connection, String sql, Object... arguments)
      throws SQLException {
    return Statements.query(connection, sql, row -> row.number(1), arguments).getFirst();
  }

  /**
   * Sessions of their own, not the writer's: Flyway takes a named lock, and before 5.7 a session
   * that takes a second one loses its first.
   */
  @Override
  public DataSource migrationSource() {
    return new DriverDataSource(url(), null, writing(), null, null);
  }

  private String url() {
    return "jdbc:mysql://"
        + settings.address()
        + "/"
        + URLEncoder.encode(settings.database(), StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public ReadPool openReaders() {
    int readers = settings.maxConnections() - 1;
    HikariConfig pool = new HikariConfig();
    pool.setPoolName("backend");
    pool.setJdbcUrl(url());
    pool.setDataSourceProperties(properties());
    pool.setMaximumPoolSize(readers);
    pool.setMinimumIdle(Math.min(KEPT_READERS, readers));
    pool.setInitializationFailTimeout(-1); // the writer has been there a moment ago
    pool.setReadOnly(true);
    long wait = Math.max(250, shorter(POOL_WAIT, settings.readTimeout()).toMillis());
    pool.setConnectionTimeout(wait);
    pool.setValidationTimeout(Math.max(250, wait / 2));
    return new ReadPool(
        new HikariDataSource(pool),
        BackendThreads.forAllCallers(
            "backend", readers, MAX_WAITING_READS, settings.readTimeout()));
  }

  @Override
  public Connection openPinned() {
    try {
      Properties properties = properties();
      properties.setProperty("sessionVariables", "net_write_timeout=" + SLOW_READER_SECONDS);
      Connection connection =
          DriverManager.getConnection("jdbc:mysql://" + settings.address() + "/", properties);
      try {
        connection.setCatalog(settings.database());
        execute(connection, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        execute(connection, "START TRANSACTION WITH CONSISTENT SNAPSHOT");
        return connection;
      } catch (SQLException e) {
        abandon(connection);
        throw e;
      }
    } catch (SQLException e) {
      throw new StoreException("cannot pin the state of " + describe(), e);
    }
  }

  /** What failed and what to do about it, in one line. */
  private String explain(SQLException failure) {
    String server = "the MySQL backend " + settings.address();
    if (failure.getErrorCode() == USER_DENIED) {
      return server
          + " does not let in user '"
          + settings.user()
          + "'; check MySQLOrchestratorUser and MySQLOrchestratorPassword, or"
          + " MySQLOrchestratorCredentialsConfigFile";
    }
    if (failure.getErrorCode() == DATABASE_DENIED) {
      return server
          + " does not let user '"
          + settings.user()
          + "' use or create "
          + settings.database()
          + "; GRANT ALL PRIVILEGES on that database, or check MySQLOrchestratorDatabase";
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException || cause instanceof GeneralSecurityException) {
        return "cannot agree on TLS with "
            + server
            + "; check MySQLOrchestratorSSLCAFile, MySQLOrchestratorSSLCertFile,"
            + " MySQLOrchestratorSSLPrivateKeyFile and MySQLOrchestratorSSLSkipVerify";
      }
    }
    if (Objects.requireNonNullElse(failure.getSQLState(), "").startsWith("08")) {
      return "cannot reach "
          + server
          + "; check that it runs, and MySQLOrchestratorHost and MySQLOrchestratorPort";
    }
    return "cannot use " + describe();
  }

  @Override
  public Duration applyPatience() {
    return settings.readTimeout();
  }

  @Override
  public Duration localPatience() {
    return shorter(LOCAL_PATIENCE, settings.readTimeout());
  }

  @Override
  public void limit(Connection connection, Deadline deadline) throws SQLException {
    connection.setNetworkTimeout(Runnable::run, Math.toIntExact(bounded(half(deadline))));
  }

  /** Half of the time left: a connection that is lost in silence leaves time for another one. */
  private static Duration half(Deadline deadline) {
    return deadline.left().dividedBy(2);
  }

  /** Closes without a word to the server, which may not be listening. */
  private static void abandon(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      LOG.debug("a lost connection could not be closed: {}", e.getMessage());
    }
  }

  private static String millis(Duration time) {
    return Long.toString(bounded(time));
  }

  /** 0 would mean for ever. */
  private static long bounded(Duration time) {
    return Math.clamp(time.toMillis(), 1L, (long) Integer.MAX_VALUE);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  @Override
  public void close() {
    tls.ifPresent(TlsStores::close);
  }
}
