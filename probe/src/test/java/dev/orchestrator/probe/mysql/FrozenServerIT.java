package dev.orchestrator.probe.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A session with a server that is frozen is given up when its time is over, not twice as late. */
class FrozenServerIT {
  private static final Duration TIMEOUT = Duration.ofMillis(1_500);

  @Test
  void statementOnAnEncryptedSessionFailsWithinItsTimeout() throws SQLException {
    try (MySqlLab lab = MySqlLab.start("127.0.73", 1)) {
      FleetConnector connector =
          new FleetConnector(
              new FleetAccess("orchestrator", "orch_topology_password", TIMEOUT, TIMEOUT, TIMEOUT));
      try (Connection session =
              connector.open(InstanceKey.parse(lab.key(1), 0), TIMEOUT, Map.of());
          Statement statement = session.createStatement()) {
        try (ResultSet cipher = statement.executeQuery("SHOW STATUS LIKE 'Ssl_cipher'")) {
          assertThat(cipher.next()).isTrue();
          assertThat(cipher.getString(2)).as("TLS").isNotEmpty();
        }
        lab.freeze(1);
        long start = System.nanoTime();
        assertThatThrownBy(() -> statement.execute("DO 1")).isInstanceOf(SQLException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .isBetween(TIMEOUT.minusMillis(100), TIMEOUT.plusMillis(1_000));
      } finally {
        lab.thaw(1);
      }
    }
  }
}
