package dev.orchestrator.probe.analysis;

import static dev.orchestrator.probe.fleet.TestServer.SEEN;
import static dev.orchestrator.store.model.ReplicaThreadState.OTHER;
import static dev.orchestrator.store.model.ReplicaThreadState.STOPPED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.fleet.TestServer;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The decision table, row by row: primary 1 with replicas 2, 4 and 5; server 3 is a replica of 2.
 */
class AnalyzerTest {
  private static final Instant NOW = SEEN.plusSeconds(61);

  private final TestServer primary = TestServer.at(1);
  private final TestServer middle = TestServer.at(2).below(primary);
  private final TestServer leaf = TestServer.at(3).below(middle);
  private final TestServer second = TestServer.at(4).below(primary);
  private final TestServer third = TestServer.at(5).below(primary);
  private final Map<InstanceKey, Downtime> downtimes = new HashMap<>();
  private Set<InstanceKey> stalled = Set.of();

  private List<TestServer> replicas() {
    return List.of(middle, second, third);
  }

  private List<Analysis> judge(TestServer... servers) {
    Topology topology = Topology.of(Stream.of(servers).map(TestServer::build).toList());
    AnalysisPolicy policy =
        new AnalysisPolicy(Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofSeconds(10));
    return new Analyzer(policy).analyze(topology, downtimes, Map.of("db:1", "main"), NOW, stalled);
  }

  private List<Analysis> judgeAll() {
    return judge(primary, middle, leaf, second, third);
  }

  private AnalysisCode of(TestServer server, List<Analysis> analyses) {
    return analyses.stream()
        .filter(analysis -> analysis.instance().key().equals(server.key()))
        .map(Analysis::code)
        .findFirst()
        .orElse(AnalysisCode.NO_PROBLEM);
  }

  private AnalysisCode ofPrimary() {
    return of(primary, judgeAll());
  }

  private AnalysisCode ofMiddle() {
    return of(middle, judgeAll());
  }

  private List<String> warnings() {
    return judgeAll().getFirst().structureWarnings();
  }

  private void downtime(TestServer server) {
    downtimes.put(server.key(), new Downtime(server.key(), "me", "why", SEEN, NOW.plusSeconds(60)));
  }

  @Test
  void healthyTopologyHasNoProblemAndListsItsSourcesOnly() {
    List<Analysis> analyses = judgeAll();
    assertThat(analyses).extracting(a -> a.instance().key().port()).containsExactly(1, 2);
    assertThat(analyses).allMatch(a -> a.code() == AnalysisCode.NO_PROBLEM);
    assertThat(analyses).allMatch(a -> a.structureWarnings().isEmpty());
    assertThat(analyses.getFirst().primary()).isTrue();
    assertThat(analyses.getFirst().clusterAlias()).isEqualTo("main");
  }

  @Test
  void primaryWithoutReplicasDies() {
    assertThat(of(primary, judge(primary.dead())))
        .isEqualTo(AnalysisCode.DEAD_PRIMARY_WITHOUT_REPLICAS);
  }

  @Test
  void primaryDiesAndNoReceiverIsConnected() {
    primary.dead();
    middle.receiver(STOPPED);
    second.receiver(OTHER);
    third.failsToConnect();
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.DEAD_PRIMARY);
  }

  @Test
  void primaryDiesThoughItsBasicsWereRead() {
    primary.deadPartially();
    replicas().forEach(replica -> replica.receiver(STOPPED));
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.DEAD_PRIMARY);
  }

  @Test
  void oneConnectedReceiverWitnessesThatThePrimaryLives() {
    primary.dead();
    middle.receiver(OTHER);
    second.receiver(OTHER);
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY);
  }

  @Test
  void connectedReceiversWitnessEvenWithStoppedAppliers() {
    primary.dead();
    replicas().forEach(replica -> replica.applier(STOPPED));
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY);
  }

  @Test
  void primaryDiesWithSomeReplicas() {
    primary.dead();
    middle.receiver(STOPPED);
    second.dead();
    third.dead();
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.DEAD_PRIMARY_AND_SOME_REPLICAS);
  }

  @Test
  void primaryDiesWithAllReplicas() {
    primary.dead();
    replicas().forEach(TestServer::dead);
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.DEAD_PRIMARY_AND_REPLICAS);
  }

  @Test
  void primaryIsUnreachable() {
    primary.dead();
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY);
  }

  @Test
  void partlyReadPrimaryIsNoProblemByItself() {
    primary.deadPartially();
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.NO_PROBLEM);
  }

  @Test
  void partlyReadPrimaryIsUnreachableWhenAReplicaFailsToConnect() {
    primary.deadPartially();
    middle.receiver(STOPPED).receiverError("error connecting to master 'repl@db:1'");
    List<Analysis> analyses = judgeAll();
    assertThat(of(primary, analyses)).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY);
    assertThat(of(middle, analyses)).isEqualTo(AnalysisCode.FIRST_TIER_REPLICA_FAILING_TO_CONNECT);
  }

  @Test
  void unreachablePrimaryWithAllReplicasLagging() {
    primary.dead();
    replicas().forEach(replica -> replica.lag(60));
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS);
  }

  @Test
  void unreachablePrimaryWithSomeReplicasLagging() {
    primary.dead();
    leaf.lag(60);
    second.lag(60);
    third.lag(60);
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY);
  }

  @Test
  void lagByDelayIsNoLag() {
    primary.dead();
    replicas().forEach(replica -> replica.lag(600).delay(600));
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY);
  }

  @Test
  void oneDelayedReplicaDoesNotExplainTheLagOfAll() {
    primary.dead();
    replicas().forEach(replica -> replica.lag(600));
    second.delay(600);
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY_WITH_LAGGING_REPLICAS);
  }

  @Test
  void livingPrimaryWhoseReplicasDoNotReplicate() {
    replicas().forEach(replica -> replica.applier(STOPPED));
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.ALL_PRIMARY_REPLICAS_NOT_REPLICATING);
    second.dead();
    third.dead();
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.ALL_PRIMARY_REPLICAS_NOT_REPLICATING_OR_DEAD);
  }

  @Test
  void livingPrimaryWithASingleReplica() {
    TestServer single = TestServer.at(2).below(primary).receiver(STOPPED);
    assertThat(of(primary, judge(primary, single)))
        .isEqualTo(AnalysisCode.PRIMARY_SINGLE_REPLICA_NOT_REPLICATING);
    assertThat(of(primary, judge(primary, single.dead())))
        .isEqualTo(AnalysisCode.PRIMARY_SINGLE_REPLICA_DEAD);
  }

  @Test
  void losingOneReplicaIsNoProblemOfThePrimary() {
    second.dead();
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.NO_PROBLEM);
  }

  @Test
  void replicaOfThePrimaryFailsToConnect() {
    middle.failsToConnect();
    assertThat(ofMiddle()).isEqualTo(AnalysisCode.FIRST_TIER_REPLICA_FAILING_TO_CONNECT);
    leaf.failsToConnect();
    assertThat(of(leaf, judgeAll())).isEqualTo(AnalysisCode.NO_PROBLEM);
  }

  @Test
  void intermediateSourceIsUnreachable() {
    middle.dead();
    assertThat(ofMiddle()).isEqualTo(AnalysisCode.UNREACHABLE_INTERMEDIATE_SOURCE);
    middle.deadPartially();
    assertThat(ofMiddle()).isEqualTo(AnalysisCode.NO_PROBLEM);
  }

  @Test
  void intermediateSourceDiesWithASingleReplica() {
    middle.dead();
    leaf.receiver(STOPPED);
    assertThat(ofMiddle()).isEqualTo(AnalysisCode.DEAD_INTERMEDIATE_SOURCE_WITH_SINGLE_REPLICA);
    leaf.dead();
    assertThat(ofMiddle()).isEqualTo(AnalysisCode.DEAD_INTERMEDIATE_SOURCE_AND_REPLICAS);
  }

  @Test
  void intermediateSourceDiesWithSeveralReplicas() {
    middle.dead();
    leaf.receiver(STOPPED);
    TestServer other = TestServer.at(6).below(middle).receiver(OTHER);
    assertThat(of(middle, judge(primary, middle, leaf, other)))
        .isEqualTo(AnalysisCode.DEAD_INTERMEDIATE_SOURCE);
    assertThat(of(middle, judge(primary, middle, leaf, other.dead())))
        .isEqualTo(AnalysisCode.DEAD_INTERMEDIATE_SOURCE_AND_SOME_REPLICAS);
  }

  @Test
  void livingIntermediateSourceWhoseReplicasDoNotReplicate() {
    leaf.applier(STOPPED);
    List<Analysis> analyses = judgeAll();
    assertThat(of(middle, analyses))
        .isEqualTo(AnalysisCode.ALL_INTERMEDIATE_SOURCE_REPLICAS_NOT_REPLICATING);
    assertThat(analyses).noneMatch(Analysis::skippable);
  }

  @Test
  void replicasInDowntimeExcuseWhatIsOnlyAboutReplicas() {
    leaf.applier(STOPPED);
    downtime(leaf);
    assertThat(judgeAll())
        .filteredOn(analysis -> analysis.instance().key().equals(middle.key()))
        .singleElement()
        .satisfies(analysis -> assertThat(analysis.replicasDowntimed()).isTrue())
        .satisfies(analysis -> assertThat(analysis.skippable()).isTrue());
  }

  @Test
  void replicasInDowntimeDoNotExcuseADeadPrimary() {
    primary.dead();
    replicas().forEach(replica -> replica.receiver(STOPPED));
    replicas().forEach(this::downtime);
    assertThat(judgeAll().getFirst().skippable()).isFalse();
    downtime(primary);
    assertThat(judgeAll().getFirst().skippable()).isTrue();
  }

  @Test
  void downtimeThatIsOverExcusesNothing() {
    primary.dead();
    downtimes.put(primary.key(), new Downtime(primary.key(), "me", "why", SEEN, NOW));
    assertThat(judgeAll().getFirst().skippable()).isFalse();
  }

  @Test
  void hangingVisitMakesItsServerInvalid() {
    primary.visitBegan(Duration.ofMillis(60_500));
    assertThat(ofPrimary()).as("half a second is reasonable").isEqualTo(AnalysisCode.NO_PROBLEM);
    primary.visitBegan(Duration.ofMillis(59_500));
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.UNREACHABLE_PRIMARY);
  }

  @Test
  void serverThatWasNeverVisitedIsNotJudgedDead() {
    assertThat(ofPrimaryNever()).isEqualTo(AnalysisCode.NO_PROBLEM);
  }

  private AnalysisCode ofPrimaryNever() {
    primary.neverVisited();
    return ofPrimary();
  }

  @Test
  void coSourcesAreNotJudgedDead() {
    primary.coSource().dead();
    middle.receiver(STOPPED);
    TestServer left = TestServer.at(7).below(primary).coSource().dead();
    TestServer right = TestServer.at(8).below(left).receiver(STOPPED);
    assertThat(of(left, judge(left, right))).isEqualTo(AnalysisCode.NO_PROBLEM);
  }

  @Test
  void primaryWaitsForMoreAcknowledgementsThanThereAreClients() {
    primary.semiSyncSource(true, 2, 2);
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.NO_PROBLEM);
    primary.semiSyncSource(true, 2, 1);
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.LOCKED_SEMI_SYNC_PRIMARY_HYPOTHESIS);
    stalled = Set.of(primary.key());
    assertThat(ofPrimary()).isEqualTo(AnalysisCode.LOCKED_SEMI_SYNC_PRIMARY);
  }

  @Test
  void warnsOfTooFewAcknowledgers() {
    primary.semiSyncSource(false, 1, 0);
    assertThat(warnings()).containsExactly("NotEnoughValidSemiSyncReplicasStructureWarning");
  }

  @Test
  void warnsOfAReadOnlyPrimary() {
    primary.readOnly(true);
    assertThat(warnings()).containsExactly("NoWriteableMasterStructureWarning");
  }

  @Test
  void warnsWhenNothingWouldCarryAFailover() {
    replicas().forEach(replica -> replica.gtid("ON", false));
    assertThat(warnings()).containsExactly("NoFailoverSupportStructureWarning");
  }

  @Test
  void warnsWhenNoReplicaLogs() {
    replicas().forEach(replica -> replica.logs(true, false));
    assertThat(warnings()).containsExactly("NoLoggingReplicasStructureWarning");
  }

  @Test
  void warnsOfMixedFormats() {
    third.format("STATEMENT");
    assertThat(warnings()).containsExactly("StatementAndRowLoggingReplicasStructureWarning");
    second.format("MIXED");
    assertThat(warnings())
        .containsExactly(
            "MixedAndRowLoggingReplicasStructureWarning",
            "StatementAndMixedLoggingReplicasStructureWarning",
            "StatementAndRowLoggingReplicasStructureWarning");
  }

  @Test
  void warnsOfSeveralMajorVersions() {
    third.version("5.7.8-log");
    assertThat(warnings()).containsExactly("MultipleMajorVersionsLoggingReplicasStructureWarning");
    assertThat(judgeAll().getFirst().counts().distinctMajorVersions()).isEqualTo(2);
  }

  @Test
  void warnsOfErrantTransactionsUnlessInDowntime() {
    second.errant("00000000-0000-0000-0000-000000000004:1");
    assertThat(warnings()).containsExactly("ErrantGTIDStructureWarning");
    downtime(second);
    assertThat(warnings()).isEmpty();
  }

  @Test
  void warnsOfDifferentGtidModes() {
    second.gtid("ON_PERMISSIVE", true);
    assertThat(warnings()).containsExactly("DifferentGTIDModesStructureWarning");
  }

  @Test
  void everyCodeSaysSomething() {
    primary.dead();
    assertThat(judgeAll().getFirst().description()).contains("cannot be reached");
    Set<String> names = new java.util.HashSet<>();
    for (AnalysisCode code : AnalysisCode.values()) {
      assertThat(names.add(code.publishedName())).isTrue();
    }
  }
}
