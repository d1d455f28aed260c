package dev.orchestrator.probe.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FactsOfRowsTest {
  @Test
  void readsReplicationInEitherVocabulary() {
    ReplicationFacts today =
        FactsOfRows.replication(
            StatusRow.of(
                Map.ofEntries(
                    Map.entry("Source_Host", "db1"),
                    Map.entry("Source_Port", "3306"),
                    Map.entry("Source_User", "repl"),
                    Map.entry("Source_UUID", "u"),
                    Map.entry("Replica_IO_Running", "Connecting"),
                    Map.entry("Replica_SQL_Running", "Yes"),
                    Map.entry("Source_Log_File", "b.7"),
                    Map.entry("Read_Source_Log_Pos", "70"),
                    Map.entry("Relay_Source_Log_File", "b.6"),
                    Map.entry("Exec_Source_Log_Pos", "60"),
                    Map.entry("Seconds_Behind_Source", "3"),
                    Map.entry("Retrieved_Gtid_Set", "a:1-5,\nb:1"),
                    Map.entry("Auto_Position", "1"),
                    Map.entry("SQL_Delay", "0"),
                    Map.entry("Source_SSL_Allowed", "Yes"))),
            true);
    ReplicationFacts old =
        FactsOfRows.replication(
            StatusRow.of(
                Map.ofEntries(
                    Map.entry("Master_Host", "db1"),
                    Map.entry("Master_Port", "3306"),
                    Map.entry("Master_User", "repl"),
                    Map.entry("Master_UUID", "u"),
                    Map.entry("Slave_IO_Running", "Connecting"),
                    Map.entry("Slave_SQL_Running", "Yes"),
                    Map.entry("Master_Log_File", "b.7"),
                    Map.entry("Read_Master_Log_Pos", "70"),
                    Map.entry("Relay_Master_Log_File", "b.6"),
                    Map.entry("Exec_Master_Log_Pos", "60"),
                    Map.entry("Seconds_Behind_Master", "3"),
                    Map.entry("Retrieved_Gtid_Set", "a:1-5,\nb:1"),
                    Map.entry("Auto_Position", "1"),
                    Map.entry("SQL_Delay", "0"),
                    Map.entry("Master_SSL_Allowed", "Yes"))),
            true);
    assertThat(today).isEqualTo(old);
    assertThat(today.source()).isEqualTo(new InstanceKey("db1", 3306));
    assertThat(today.receiver()).isEqualTo(ReplicaThreadState.OTHER);
    assertThat(today.applier()).isEqualTo(ReplicaThreadState.RUNNING);
    assertThat(today.read()).isEqualTo(new BinlogCoordinates("b.7", 70));
    assertThat(today.executed()).isEqualTo(new BinlogCoordinates("b.6", 60));
    assertThat(today.retrievedGtid()).isEqualTo("a:1-5,b:1");
    assertThat(today.lagSeconds()).hasValue(3);
    assertThat(today.autoPosition()).isTrue();
    assertThat(today.tls()).isTrue();
  }

  @Test
  void unknownLagStaysUnknown() {
    ReplicationFacts facts =
        FactsOfRows.replication(
            StatusRow.of(Map.of("Source_Host", "a", "Source_Port", "x")), false);
    assertThat(facts.lagSeconds()).isEmpty();
    assertThat(facts.configured()).isFalse();
  }

  @Test
  void readsSemiSyncInEitherVocabulary() {
    SemiSyncFacts today =
        FactsOfRows.semiSync(
            StatusRow.of(
                Map.of(
                    "rpl_semi_sync_source_enabled", "ON",
                    "rpl_semi_sync_replica_enabled", "OFF",
                    "rpl_semi_sync_source_timeout", "1000",
                    "rpl_semi_sync_source_wait_for_replica_count", "2",
                    "rpl_semi_sync_source_wait_point", "AFTER_SYNC")),
            StatusRow.of(
                Map.of(
                    "Rpl_semi_sync_source_status", "ON",
                    "Rpl_semi_sync_source_clients", "3",
                    "Rpl_semi_sync_source_no_times", "1")));
    assertThat(today)
        .isEqualTo(new SemiSyncFacts(true, true, false, true, false, 1000, 2, 3, "AFTER_SYNC", 1));
    SemiSyncFacts old =
        FactsOfRows.semiSync(
            StatusRow.of(
                Map.of(
                    "rpl_semi_sync_master_enabled", "ON",
                    "rpl_semi_sync_slave_enabled", "OFF",
                    "rpl_semi_sync_master_timeout", "1000",
                    "rpl_semi_sync_master_wait_for_slave_count", "2",
                    "rpl_semi_sync_master_wait_point", "AFTER_SYNC")),
            StatusRow.of(
                Map.of(
                    "Rpl_semi_sync_master_status", "ON",
                    "Rpl_semi_sync_master_clients", "3",
                    "Rpl_semi_sync_master_no_times", "1")));
    assertThat(old).isEqualTo(today);
  }

  @Test
  void withoutPluginsThereIsNoSemiSync() {
    assertThat(FactsOfRows.semiSync(StatusRow.of(Map.of()), StatusRow.of(Map.of())))
        .isEqualTo(SemiSyncFacts.NONE);
  }
}
