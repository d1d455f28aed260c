package dev.orchestrator.store.fsm;

import static dev.orchestrator.store.fsm.Fixture.DB1;
import static dev.orchestrator.store.fsm.Fixture.DB2;
import static dev.orchestrator.store.fsm.Fixture.DB3;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.FailureDetection;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.SettingTable.LeaderAnnouncement;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherCommandsTest {
  @TempDir Path folder;
  private Fixture fixture;

  /** Another backend keeps the same contract: its test overrides this. */
  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  @BeforeEach
  void open() {
    fixture = new Fixture(backend(), "db");
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void accepted(Command command, long id) {
    assertThat(fixture.apply(command)).isEqualTo(CommandResult.accepted(id));
  }

  private void refused(Command command, String why) {
    assertThat(fixture.apply(command)).isEqualTo(CommandResult.refused(why));
  }

  @Test
  void theNewestTermsLeaderIsKept() {
    assertThat(fixture.database.settings().leader()).isEmpty();
    accepted(new Command.AnnounceLeader("n1", 3, "http://n1:3000"), 0);
    accepted(new Command.AnnounceLeader("n2", 4, "http://n2:3000"), 0);
    refused(
        new Command.AnnounceLeader("n1", 3, "http://n1:3000"),
        "term 4 has announced its leader already, 3 is older");
    assertThat(fixture.apply(new Command.AnnounceLeader("n3", 5, "http://n3 :x")).detail())
        .startsWith("'http://n3 :x' is not a URI");
    assertThat(fixture.database.settings().leader())
        .contains(new LeaderAnnouncement("n2", 4, URI.create("http://n2:3000")));
  }

  @Test
  void forgetRemovesSeedAndWhatThisNodeSaw() {
    accepted(new Command.Discover(DB1), 0);
    accepted(new Command.Discover(DB1), 0);
    accepted(new Command.Discover(DB2), 0);
    fixture.database.instances().save(List.of(Instance.known(DB1), Instance.known(DB3)));
    accepted(new Command.Forget(DB1), 0);
    accepted(new Command.Forget(DB1), 0);
    assertThat(fixture.database.seeds().all()).containsExactly(DB2);
    assertThat(fixture.database.instances().all()).containsExactly(Instance.known(DB3));
  }

  @Test
  void downtimesAreReplacedEndedAndExpired() {
    Instant now = fixture.now;
    Downtime first = new Downtime(DB1, "ann", "disk", now, now.plusSeconds(10));
    Downtime second = new Downtime(DB1, "bob", "raid", now, now.plusSeconds(20));
    Downtime other = new Downtime(DB2, "bob", "raid", now, now.plusSeconds(30));
    accepted(new Command.BeginDowntime(first), 0);
    accepted(new Command.BeginDowntime(second), 0);
    accepted(new Command.BeginDowntime(other), 0);
    assertThat(fixture.database.downtimes().all()).containsExactly(second, other);
    assertThat(fixture.database.downtimes().find(DB1)).contains(second);
    fixture.now = now.plusSeconds(20).minusMillis(1);
    assertThat(fixture.database.downtimes().anyDue(fixture.now)).isFalse();
    accepted(new Command.Expire(60), 0);
    assertThat(fixture.database.downtimes().anyDue(fixture.now)).isTrue();
    accepted(new Command.Expire(60), 1);
    assertThat(fixture.database.downtimes().all()).containsExactly(other);
    accepted(new Command.EndDowntime(DB2), 1);
    accepted(new Command.EndDowntime(DB2), 0);
    assertThat(fixture.database.downtimes().all()).isEmpty();
  }

  @Test
  void aClusterAndItsPrimaryAreRegisteredOnce() {
    accepted(new Command.RegisterCluster("c1", "uuid-1", DB1, "shop"), 1);
    refused(
        new Command.RegisterCluster("c1", "uuid-2", DB2, "shop"),
        "cluster c1 is registered already");
    refused(
        new Command.RegisterCluster("c2", "uuid-1", DB1, "shop"),
        "server uuid-1 is the designated primary of cluster c1");
    assertThat(fixture.database.clusters().all())
        .containsExactly(new ClusterRecord("c1", "uuid-1", DB1, 1, "shop"));
  }

  @Test
  void designationIsACompareAndSetOnTheEpoch() {
    accepted(new Command.RegisterCluster("c1", "uuid-1", DB1, "shop"), 1);
    accepted(new Command.RegisterCluster("c2", "uuid-9", DB3, "mail"), 1);
    refused(
        new Command.DesignatePrimary("", 0, "c3", 1, "uuid-2", DB2),
        "cluster c3 is not registered");
    refused(
        new Command.DesignatePrimary("", 0, "c1", 2, "uuid-2", DB2),
        "cluster c1 is at epoch 1 with primary db1:3306, not at epoch 2");
    refused(
        new Command.DesignatePrimary("", 0, "c1", 1, "uuid-9", DB3),
        "server uuid-9 is the designated primary of cluster c2");
    accepted(new Command.DesignatePrimary("", 0, "c1", 1, "uuid-2", DB2), 2);
    refused(
        new Command.DesignatePrimary("", 0, "c1", 1, "uuid-1", DB1),
        "cluster c1 is at epoch 2 with primary db2:3306, not at epoch 1");
    assertThat(fixture.database.clusters().byPrimaryUuid("uuid-2"))
        .contains(new ClusterRecord("c1", "uuid-2", DB2, 2, "shop"));
    assertThat(fixture.database.clusters().byPrimaryUuid("uuid-1")).isEmpty();
  }

  @Test
  void onlyTheRecoveryThatHoldsTheClusterMovesItsPrimary() {
    accepted(new Command.RegisterCluster("c1", "uuid-1", DB1, "shop"), 1);
    accepted(new Command.RegisterCluster("c2", "uuid-9", DB3, "mail"), 1);
    accepted(Fixture.start("uid-1", "c1"), 1);
    refused(
        new Command.DesignatePrimary("", 0, "c1", 1, "uuid-2", DB2),
        "cluster c1 is locked by recovery uid-1");
    refused(
        new Command.DesignatePrimary("uid-1", 4, "c1", 1, "uuid-2", DB2),
        "recovery uid-1 is owned by term 5, not 4");
    refused(
        new Command.DesignatePrimary("uid-1", 5, "c2", 1, "uuid-2", DB2),
        "recovery uid-1 is of cluster c1, not c2");
    refused(
        new Command.DesignatePrimary("uid-9", 5, "c1", 1, "uuid-2", DB2),
        "recovery uid-9 does not exist");
    accepted(new Command.DesignatePrimary("uid-1", 5, "c1", 1, "uuid-2", DB2), 2);
    accepted(Fixture.end("uid-1", 5), 1);
    refused(
        new Command.DesignatePrimary("uid-1", 5, "c1", 2, "uuid-1", DB1),
        "recovery uid-1 has ended");
  }

  @Test
  void oneActiveDetectionPerInstanceAndActionability() {
    Instant at = fixture.now;
    accepted(Fixture.detection(DB1, true), 1);
    refused(
        Fixture.detection(DB1, true),
        "db1:3306 has the active detection 1 (DeadMaster) since " + at);
    accepted(Fixture.detection(DB1, false), 2);
    accepted(Fixture.detection(DB2, true), 3);
    assertThat(fixture.database.detections().byId(1))
        .contains(
            new FailureDetection(
                1,
                DB1,
                "db1:3306",
                "shop",
                "DeadMaster",
                "gone",
                List.of(DB2, DB3),
                true,
                "n1",
                at,
                true,
                0));
  }

  @Test
  void detectionsExpireAfterTheirPeriod() {
    Instant at = fixture.now;
    accepted(Fixture.detection(DB1, true), 1);
    fixture.now = at.plusSeconds(60).minusMillis(1);
    accepted(Fixture.detection(DB2, true), 2);
    assertThat(fixture.database.detections().anyDue(at.plusSeconds(60).minusMillis(1), 60))
        .isFalse();
    assertThat(fixture.database.detections().anyDue(at.plusSeconds(60), 60)).isTrue();
    accepted(new Command.Expire(60), 1);
    assertThat(fixture.database.detections().active(DB1)).isEmpty();
    assertThat(fixture.database.detections().active(DB2)).hasSize(1);
    accepted(Fixture.detection(DB1, true), 3);
  }

  /** MySQL's keys are bounded and ignore spaces at the end: no backend may take such a key. */
  @Test
  void keysThatBackendsCompareDifferentlyAreRefused() {
    String longest = "ü".repeat(190) + "x";
    accepted(new Command.Discover(new InstanceKey(longest, 3306)), 0);
    accepted(new Command.Discover(new InstanceKey("DB1", 3306)), 0);
    accepted(new Command.Discover(DB1), 0);
    assertThat(fixture.apply(new Command.Discover(new InstanceKey(longest + "y", 3306))).detail())
        .endsWith("...' is longer than 191 characters");
    refused(new Command.Forget(new InstanceKey("db1 ", 3306)), "'db1 ' ends with a space");
    refused(Fixture.start("uid-1", "c1", "uuid-1", "uuid-1 "), "'uuid-1 ' ends with a space");
    refused(
        new Command.RegisterCluster("c1", "uuid-1 ", DB1, "shop "), "'uuid-1 ' ends with a space");
    assertThat(fixture.database.seeds().all())
        .containsExactly(new InstanceKey("DB1", 3306), DB1, new InstanceKey(longest, 3306));
  }

  @Test
  void textsOfAnyKindComeBack() {
    String wild = "a'b\\\"\n\t\u0001 ✓ 😀 ".repeat(5_000);
    Downtime downtime =
        new Downtime(DB1, "o'neil ", wild, Instant.ofEpochMilli(1), Instant.ofEpochMilli(2));
    accepted(new Command.BeginDowntime(downtime), 0);
    assertThat(fixture.database.downtimes().find(DB1)).contains(downtime);
  }
}
