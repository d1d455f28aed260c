package dev.orchestrator.probe.mysql;

import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.UnlingeringSocketFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;

/** Opens JDBC connections to servers of the fleet. Thread-safe. */
public final class FleetConnector {
  private final FleetAccess access;

  public FleetConnector(FleetAccess access) {
    this.access = access;
  }

  public FleetAccess access() {
    return access;
  }

  /**
   * Opens one session that never reconnects by itself.
   *
   * @param socketTimeout bound of each statement on the network, above 0
   * @param attributes connection attributes, shown by the server in {@code
   *     performance_schema.session_connect_attrs}; keys and values without {@code :} and {@code ,}
   */
  public Connection open(InstanceKey key, Duration socketTimeout, Map<String, String> attributes)
      throws SQLException {
    return open(key, access.connectTimeout(), socketTimeout, attributes);
  }

  /**
   * Opens one session that never reconnects by itself, with less patience than usual.
   *
   * @param connectTimeout bound of the TCP connect, above 0
   */
  public Connection open(
      InstanceKey key,
      Duration connectTimeout,
      Duration socketTimeout,
      Map<String, String> attributes)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", access.user());
    properties.setProperty("password", access.password());
    properties.setProperty("connectTimeout", millis(connectTimeout));
    properties.setProperty("socketTimeout", millis(socketTimeout));
    properties.setProperty("socketFactory", UnlingeringSocketFactory.class.getName());
    properties.setProperty("sslMode", "PREFERRED");
    properties.setProperty("allowPublicKeyRetrieval", "true");
    properties.setProperty("tcpKeepAlive", "true");
    properties.setProperty("connectionTimeZone", "UTC");
    properties.setProperty("forceConnectionTimeZoneToSession", "false");
    StringJoiner pairs = new StringJoiner(",");
    pairs.add("program_name:orchestrator");
    attributes.forEach((name, value) -> pairs.add(name + ":" + value));
    properties.setProperty("connectionAttributes", pairs.toString());
    return DriverManager.getConnection(
        "jdbc:mysql://" + key.host() + ":" + key.port() + "/", properties);
  }

  private static String millis(Duration duration) {
    return Long.toString(Math.max(1, duration.toMillis()));
  }
}
