package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.mysql.ServerDialect;
import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.recovery.ServerReading.SemiSync;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session of a recovery with one server. It says in its connection attributes which recovery
 * and term it works for, and never reconnects: when it breaks, whatever was sent last may or may
 * not have happened (rule A4). Confined to one thread at a time.
 */
final class ServerSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerSession.class);

  /** Connection attribute: {@link #shortUid} of the recovery. */
  static final String RECOVERY_ATTRIBUTE = "recovery";

  /** Connection attribute: the term in whose name the session acts. */
  static final String TERM_ATTRIBUTE = "term";

  /** Who takes longer to let somebody in is frozen, or as good as: others wait for this answer. */
  private static final Duration GREETING = Duration.ofSeconds(3);

  /** What a plugin that is unloaded takes with it. */
  private static final int UNKNOWN_VARIABLE = 1193;

  private static final String VARIABLE_NAMES =
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'version', 'read_only',"
          + " 'super_read_only', 'log_bin', 'log_slave_updates', 'log_replica_updates',"
          + " 'gtid_mode', 'gtid_executed', 'gtid_purged') OR Variable_name LIKE 'rpl\\_semi\\_sync\\_%'";

  private final InstanceKey key;
  private final Connection connection;
  private final ReplicationWords words;
  private final boolean publicKeyOption;

  private final Consumer<ServerSession> giveBack;

  /** Those of the variables that the server has; empty until they were listed. */
  private List<String> variableNames = List.of();

  private ServerSession(InstanceKey key, Connection connection, Consumer<ServerSession> giveBack)
      throws SQLException {
    this.key = key;
    this.connection = connection;
    this.giveBack = giveBack;
    String version = connection.getMetaData().getDatabaseProductVersion();
    this.words = ReplicationWords.of(version);
    this.publicKeyOption =
        !version.contains("MariaDB") && connection.getMetaData().getDatabaseMajorVersion() >= 8;
  }

  /**
   * Opens a session.
   *
   * @param statementTimeout bound of each statement; each answer on the way in is waited for three
   *     seconds at most
   * @param giveBack takes the session when its user closes it
   */
  static ServerSession open(
      FleetConnector connector,
      InstanceKey key,
      Duration statementTimeout,
      String recoveryUid,
      long term,
      Consumer<ServerSession> giveBack)
      throws SQLException {
    Connection connection =
        connector.open(
            key,
            statementTimeout.compareTo(GREETING) < 0 ? statementTimeout : GREETING,
            Map.of(RECOVERY_ATTRIBUTE, shortUid(recoveryUid), TERM_ATTRIBUTE, Long.toString(term)));
    try {
      connection.setNetworkTimeout(Runnable::run, (int) statementTimeout.toMillis());
      return new ServerSession(key, connection, giveBack);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** Opens a session that ends when it is closed. */
  static ServerSession open(
      FleetConnector connector,
      InstanceKey key,
      Duration statementTimeout,
      String recoveryUid,
      long term)
      throws SQLException {
    return open(connector, key, statementTimeout, recoveryUid, term, ServerSession::end);
  }

  /** The part of a recovery's uid that is short enough for names, and still unique. */
  static String shortUid(String uid) {
    String random = uid.substring(uid.indexOf(':') + 1);
    return random.substring(0, Math.min(16, random.length()));
  }

  InstanceKey key() {
    return key;
  }

  ReplicationWords words() {
    return words;
  }

  Connection connection() {
    return connection;
  }

  /** Whether replication can ask a source for its public key: MySQL 8.0 on. */
  boolean hasPublicKeyOption() {
    return publicKeyOption;
  }

  /** Executes one statement. */
  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /**
   * Executes one statement with values, which are escaped and never shown.
   *
   * @param sql with a question mark for each value
   */
  void execute(String sql, List<String> values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        statement.setString(i + 1, values.get(i));
      }
      statement.execute();
    }
  }

  /**
   * Executes one statement; when its answer is not there in time the session is lost, and whether
   * the statement took effect is unknown.
   *
   * @param limit below the session's own statement timeout
   */
  void execute(String sql, Duration limit) throws SQLException {
    int usual = connection.getNetworkTimeout();
    connection.setNetworkTimeout(Runnable::run, (int) limit.toMillis());
    try {
      execute(sql);
    } finally {
      if (!connection.isClosed()) {
        connection.setNetworkTimeout(Runnable::run, usual);
      }
    }
  }

  /** Reads everything that a step may need to know of the server. */
  ServerReading read() throws SQLException {
    List<Map<String, String>> status = query(words.showStatus());
    // Status before sets: what is applied in between then counts as executed, not as lost.
    Map<String, String> variables = variables();
    return new ServerReading(
        key,
        variables.getOrDefault("server_uuid", "").toLowerCase(Locale.ROOT),
        variables.getOrDefault("version", ""),
        on(variables, "read_only"),
        on(variables, "super_read_only"),
        on(variables, "log_bin"),
        on(variables, "log_slave_updates") || on(variables, "log_replica_updates"),
        variables.getOrDefault("gtid_mode", ""),
        gtids(variables, "gtid_executed"),
        gtids(variables, "gtid_purged"),
        channel(status),
        status.size(),
        semiSync(variables));
  }

  /** As {@link #read}, with the uptime, for who has to know whether the server was restarted. */
  ServerReading readWithUptime() throws SQLException {
    ServerReading reading = read();
    List<Map<String, String>> uptime = query("SHOW GLOBAL STATUS LIKE 'Uptime'");
    return uptime.isEmpty()
        ? reading
        : reading.up(number(uptime.getFirst().getOrDefault("value", "-1")));
  }

  /** Reads what the server has executed, and nothing else. */
  GtidSet executed() throws SQLException {
    return gtids(query("SELECT @@GLOBAL.gtid_executed AS executed").getFirst(), "executed");
  }

  /** Where the binary log stands, {@code file:position}; {@code ""} without one. */
  String coordinates() throws SQLException {
    String version = connection.getMetaData().getDatabaseProductVersion();
    return query(ServerDialect.of(version).showBinaryLogStatus()).stream()
        .findFirst()
        .map(row -> row.getOrDefault("file", "") + ":" + row.getOrDefault("position", ""))
        .orElse("");
  }

  /**
   * To list variables costs the server far more than to name them, which works from then on; and a
   * list cuts long sets of transactions short (MySQL manual, SHOW VARIABLES).
   */
  private Map<String, String> variables() throws SQLException {
    if (!variableNames.isEmpty()) {
      try {
        return namedVariables();
      } catch (SQLException e) {
        if (e.getErrorCode() != UNKNOWN_VARIABLE) {
          throw e;
        }
        LOG.info("a variable is gone, they are listed again key={}", key);
      }
    }
    variableNames =
        query(VARIABLE_NAMES).stream()
            .map(row -> row.getOrDefault("variable_name", "").toLowerCase(Locale.ROOT))
            .toList();
    return namedVariables();
  }

  private Map<String, String> namedVariables() throws SQLException {
    return query(
            variableNames.stream()
                .map(name -> "@@GLOBAL." + name + " AS " + name)
                .collect(Collectors.joining(", ", "SELECT ", "")))
        .getFirst();
  }

  private static Optional<Channel> channel(List<Map<String, String>> status) {
    if (status.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> row = status.getFirst();
    String receiver = either(row, "replica_io_running", "slave_io_running");
    String applier = either(row, "replica_sql_running", "slave_sql_running");
    return Optional.of(
        new Channel(
            new InstanceKey(
                either(row, "source_host", "master_host"),
                (int) number(either(row, "source_port", "master_port"))),
            either(row, "source_uuid", "master_uuid").toLowerCase(Locale.ROOT),
            receiver.equals("No"),
            receiver.equals("Yes"),
            applier.equals("Yes"),
            gtids(row, "retrieved_gtid_set"),
            number(row.getOrDefault("sql_delay", "")),
            row.getOrDefault("auto_position", "").equals("1"),
            row.getOrDefault("last_io_error", ""),
            row.getOrDefault("last_sql_error", "")));
  }

  private static SemiSync semiSync(Map<String, String> variables) {
    for (SemiSyncWords words : SemiSyncWords.values()) {
      boolean source = variables.containsKey(words.sourceEnabled());
      boolean replica = variables.containsKey(words.replicaEnabled());
      if (source || replica) {
        return new SemiSync(
            words,
            source,
            replica,
            on(variables, words.sourceEnabled()),
            on(variables, words.replicaEnabled()),
            (int) number(variables.getOrDefault(words.waitForReplicas(), "")),
            variables.getOrDefault(words.waitPoint(), ""),
            number(variables.getOrDefault(words.timeout(), "")));
      }
    }
    return SemiSync.NONE;
  }

  private static GtidSet gtids(Map<String, String> row, String column) {
    return GtidSet.parse(row.getOrDefault(column, ""));
  }

  private static boolean on(Map<String, String> variables, String name) {
    String value = variables.getOrDefault(name, "");
    return value.equalsIgnoreCase("ON") || value.equals("1");
  }

  private static String either(Map<String, String> row, String name, String oldName) {
    return row.getOrDefault(name, row.getOrDefault(oldName, ""));
  }

  /** The number in the text, 0 where there is none. */
  private static long number(String text) {
    return text.matches("\\d{1,18}") ? Long.parseLong(text) : text.isEmpty() ? 0 : Long.MAX_VALUE;
  }

  /** Rows by lower-case column label; NULL becomes absent. */
  List<Map<String, String>> query(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      ResultSetMetaData columns = rows.getMetaData();
      List<Map<String, String>> result = new ArrayList<>();
      while (rows.next()) {
        Map<String, String> row = new HashMap<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          String value = rows.getString(i);
          if (value != null) {
            row.put(columns.getColumnLabel(i).toLowerCase(Locale.ROOT), value);
          }
        }
        result.add(row);
      }
      return result;
    }
  }

  /** Whether the server still answers on this session. */
  boolean answers(int withinSeconds) {
    try {
      return connection.isValid(withinSeconds);
    } catch (SQLException e) {
      LOG.debug("a session has ended key={} cause={}", key, e.getMessage());
      return false;
    }
  }

  /** Gives the session back to whoever opened it, to be used again or ended. */
  @Override
  public void close() {
    giveBack.accept(this);
  }

  /** Ends the session for good. */
  void end() {
    try {
      connection.close();
    } catch (SQLException e) {
      // What was done is known by now; that the farewell failed changes nothing.
      LOG.debug("could not close a session key={} cause={}", key, e.getMessage());
    }
  }
}
