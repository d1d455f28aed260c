package dev.orchestrator.probe.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ServerDialectTest {
  @Test
  void oldMySqlSpeaksOldWords() {
    ServerDialect dialect = ServerDialect.of("5.6.14-log");
    assertThat(dialect.showReplicaStatus()).isEqualTo("SHOW SLAVE STATUS");
    assertThat(dialect.showReplicas()).isEqualTo("SHOW SLAVE HOSTS");
    assertThat(dialect.showBinaryLogStatus()).isEqualTo("SHOW MASTER STATUS");
    assertThat(dialect.basics())
        .contains("@@global.log_slave_updates AS log_replica_updates")
        .contains("@@global.gtid_executed")
        .contains("0 AS super_read_only");
  }

  @Test
  void eightZeroSpeaksNewWordsAsFarAsItKnowsThem() {
    ServerDialect dialect = ServerDialect.of("8.0.33");
    assertThat(dialect.showReplicaStatus()).isEqualTo("SHOW REPLICA STATUS");
    assertThat(dialect.showReplicas()).isEqualTo("SHOW REPLICAS");
    assertThat(dialect.showBinaryLogStatus()).isEqualTo("SHOW MASTER STATUS");
    assertThat(dialect.basics())
        .contains("@@global.log_replica_updates")
        .contains("@@global.super_read_only");
    assertThat(ServerDialect.of("8.0.21").showReplicaStatus()).isEqualTo("SHOW SLAVE STATUS");
    assertThat(ServerDialect.of("8.0.25").basics()).contains("@@global.log_slave_updates");
  }

  @Test
  void newMySqlHasForgottenTheOldWords() {
    assertThat(ServerDialect.of("8.4.0").showBinaryLogStatus()).isEqualTo("SHOW BINARY LOG STATUS");
    assertThat(ServerDialect.of("9.7.4").showReplicas()).isEqualTo("SHOW REPLICAS");
  }

  @Test
  void mariaDbKeepsTheOldWordsAndHasNoGtidSets() {
    ServerDialect dialect = ServerDialect.of("5.5.5-10.11.19-MariaDB-log");
    assertThat(dialect.version()).isEqualTo(10_011_019);
    assertThat(dialect.showReplicaStatus()).isEqualTo("SHOW SLAVE STATUS");
    assertThat(dialect.showReplicas()).isEqualTo("SHOW SLAVE HOSTS");
    assertThat(dialect.basics()).contains("'' AS gtid_executed").contains("'' AS server_uuid");
  }

  @Test
  void unreadableVersionIsTakenForTheOldest() {
    assertThat(ServerDialect.of("strange").showReplicaStatus()).isEqualTo("SHOW SLAVE STATUS");
  }
}
