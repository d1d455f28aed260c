package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every placeholder and variable that hooks of old know, at the three moments of a hook. */
class HookFactsTest {
  private static final HookFacts.Moment PROMOTED =
      new HookFacts.Moment(true, "shop-2", "binlog.000007:4711");

  /** Placeholder, variable, value at the detection, before anything is touched, at the end. */
  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      emptyValue = "",
      nullValues = "-",
      value = {
        "failureType                    | ORC_FAILURE_TYPE                      | DeadMaster | DeadMaster | DeadMaster",
        "instanceType                   | ORC_INSTANCE_TYPE                     | master | master | master",
        "isMaster                       | ORC_IS_MASTER                         | true | true | true",
        "isCoMaster                     | ORC_IS_CO_MASTER                      | false | false | false",
        "failureDescription             | ORC_FAILURE_DESCRIPTION               | it is gone | it is gone | it is gone",
        "command                        | ORC_COMMAND                           | '' | force-master-failover | force-master-failover",
        "failedHost                     | ORC_FAILED_HOST                       | db1 | db1 | db1",
        "failedPort                     | ORC_FAILED_PORT                       | 3306 | 3306 | 3306",
        "failureCluster                 | ORC_FAILURE_CLUSTER                   | db1:3306 | db1:3306 | db1:3306",
        "failureClusterAlias            | ORC_FAILURE_CLUSTER_ALIAS             | shop | shop | shop",
        "failureClusterDomain           | ORC_FAILURE_CLUSTER_DOMAIN            | db1:3306 | db1:3306 | db1:3306",
        "countReplicas                  | ORC_COUNT_REPLICAS                    | 2 | 2 | 2",
        "countSlaves                    | -                                     | 2 | 2 | 2",
        "replicaHosts                   | ORC_REPLICA_HOSTS                     | db2:3306,db3:3306 | db2:3306,db3:3306 | db2:3306,db3:3306",
        "slaveHosts                     | -                                     | db2:3306,db3:3306 | db2:3306,db3:3306 | db2:3306,db3:3306",
        "isDowntimed                    | ORC_IS_DOWNTIMED                      | true | false | true",
        "autoMasterRecovery             | ORC_AUTO_MASTER_RECOVERY              | true | true | true",
        "autoIntermediateMasterRecovery | ORC_AUTO_INTERMEDIATE_MASTER_RECOVERY | false | false | false",
        "orchestratorHost               | ORC_ORCHESTRATOR_HOST                 | here | here | here",
        "recoveryUID                    | ORC_RECOVERY_UID                      | '' | 1:a | 1:a",
        "isSuccessful                   | ORC_IS_SUCCESSFUL                     | false | false | true",
        "lostReplicas                   | ORC_LOST_REPLICAS                     | '' | '' | db3:3306",
        "lostSlaves                     | -                                     | '' | '' | db3:3306",
        "countLostReplicas              | -                                     | 0 | 0 | 1",
        "successorHost                  | ORC_SUCCESSOR_HOST                    | - | - | db2",
        "successorPort                  | ORC_SUCCESSOR_PORT                    | - | - | 3306",
        "successorAlias                 | ORC_SUCCESSOR_ALIAS                   | - | - | shop-2",
        "successorBinlogCoordinates     | ORC_SUCCESSOR_BINLOG_COORDINATES      | - | - | binlog.000007:4711",
      })
  void everyPlaceholderAndVariable(
      String placeholder, String variable, String detected, String before, String after) {
    assertFact(detection("DeadMaster"), placeholder, variable, detected);
    assertFact(before(), placeholder, variable, before);
    assertFact(after(), placeholder, variable, after);
  }

  private static void assertFact(
      HookFacts facts, String placeholder, String variable, String value) {
    assertThat(facts.placeholders().get(placeholder)).as(placeholder).isEqualTo(value);
    if (variable != null) {
      assertThat(facts.environment().get(variable)).as(variable).isEqualTo(value);
    }
    String unfilled = "{" + placeholder + "}";
    assertThat(HookLine.fill(unfilled, facts.placeholders()))
        .satisfies(line -> assertThat(line.equals(unfilled)).isEqualTo(value == null));
  }

  /** Nothing is told that the table does not name. */
  @Test
  void theTableIsWhole() {
    assertThat(after().placeholders()).hasSize(28);
    assertThat(new TreeSet<>(after().environment().keySet())).hasSize(24);
  }

  @ParameterizedTest
  @CsvSource({
    "DeadMaster, master, true, false",
    "DeadIntermediateMasterAndReplicas, intermediate-master, false, false",
    "DeadCoMaster, co-master, false, true"
  })
  void kindOfTheFailedServer(String analysis, String type, String master, String coMaster) {
    Map<String, String> facts = detection(analysis).placeholders();
    assertThat(facts)
        .containsEntry("instanceType", type)
        .containsEntry("isMaster", master)
        .containsEntry("isCoMaster", coMaster);
  }

  @ParameterizedTest
  @CsvSource(
      emptyValue = "",
      value = {
        "graceful-master-takeover-auto db2:3306, graceful-master-takeover",
        "graceful-master-takeover db2:3306, graceful-master-takeover",
        "force-master-takeover db2:3306 accept-loss-by=eve, force-master-takeover",
        "recover, ''",
        "'', ''"
      })
  void hooksKnowThreeCommands(String ordered, String told) {
    assertThat(of(recovery(ordered), step(Map.of()), HookFacts.Moment.PLAIN).environment())
        .containsEntry("ORC_COMMAND", told);
  }

  @Test
  void clusterThatNoFilterMatchesIsNotRecoveredByItself() {
    RecoveryConfig other = config(List.of("alias=other"));
    HookFacts facts =
        HookFacts.of(
            recovery(""), new Ledger(List.of()), step(Map.of()), other, HookFacts.Moment.PLAIN);
    assertThat(facts.environment()).containsEntry("ORC_AUTO_MASTER_RECOVERY", "false");
  }

  private static HookFacts detection(String analysis) {
    FailureDetection detection =
        new FailureDetection(
            1,
            Readings.key(1),
            "db1:3306",
            "shop",
            analysis,
            "it is gone",
            List.of(Readings.key(2), Readings.key(3)),
            true,
            "n1",
            Instant.EPOCH,
            true,
            0);
    return HookFacts.of(detection, config(List.of("alias=shop")), true);
  }

  private static HookFacts before() {
    return of(recovery(Order.FAILOVER), step(Map.of()), HookFacts.Moment.PLAIN);
  }

  private static HookFacts after() {
    return of(recovery(Order.FAILOVER), step(Map.of(RecoveryPlanner.WINNER, "db2:3306")), PROMOTED);
  }

  private static HookFacts of(Recovery recovery, RecoveryStep step, HookFacts.Moment moment) {
    boolean promoted = HookFacts.successor(step).isPresent();
    Plan plan = new Plan(0);
    if (promoted) {
      plan.gate(
          300,
          StepKind.DECIDE,
          "primary",
          Plan.Target.NOBODY,
          Map.of(RecoveryPlanner.LEFT, "db3:3306"),
          "");
    }
    return HookFacts.of(
        recovery, new Ledger(plan.steps()), step, config(List.of("alias=shop")), moment);
  }

  private static RecoveryStep step(Map<String, String> arguments) {
    return RecoveryStep.planned(
        1, StepKind.RUN_HOOK.name(), InstanceKey.NONE, "", arguments, "hook");
  }

  private static Recovery recovery(String command) {
    Recovery.Subject subject =
        new Recovery.Subject(
            DeadPrimaryPlaybook.KIND,
            "c1",
            "db1:3306",
            "shop",
            Readings.key(1),
            Readings.uuid(1),
            "DeadMaster",
            "it is gone",
            List.of(Readings.key(2), Readings.key(3)),
            List.of(),
            0,
            command);
    return new Recovery(
        1,
        "1:a",
        subject,
        1,
        "n1",
        Instant.EPOCH,
        Instant.EPOCH,
        Optional.empty(),
        Optional.empty());
  }

  private static RecoveryConfig config(List<String> filters) {
    return new RecoveryConfig(
        filters,
        Duration.ofHours(1),
        Duration.ofHours(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        "bash",
        Map.of(),
        true,
        "n1",
        "here");
  }
}
