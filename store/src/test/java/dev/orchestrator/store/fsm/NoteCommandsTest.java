package dev.orchestrator.store.fsm;

import static dev.orchestrator.store.fsm.Fixture.DB1;
import static dev.orchestrator.store.fsm.Fixture.DB2;
import static dev.orchestrator.store.fsm.Fixture.DB3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.UnknownCommandException;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.Candidate;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.Maintenance;
import dev.orchestrator.store.model.PoolMember;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.model.RecoveryPause;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.model.Tag;
import dev.orchestrator.store.replication.NoteExpiry;
import dev.orchestrator.store.sql.PseudoGtidTable;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoteCommandsTest {
  @TempDir Path folder;
  private Fixture node;

  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  @BeforeEach
  void open() {
    node = new Fixture(backend(), "db");
  }

  @AfterEach
  void close() {
    node.close();
  }

  private CommandResult untag(
      Optional<dev.orchestrator.store.model.InstanceKey> key, String value) {
    return node.apply(
        new Command.DeleteTags(
            key, "role", value.isEmpty() ? Optional.empty() : Optional.of(value)));
  }

  @Test
  void tagsAreSetReplacedAndRemoved() {
    node.apply(new Command.PutTag(new Tag(DB1, "role", "backup")));
    node.apply(new Command.PutTag(new Tag(DB1, "role", "etl")));
    node.apply(new Command.PutTag(new Tag(DB2, "role", "etl")));
    node.apply(new Command.PutTag(new Tag(DB2, "rack", "")));
    assertThat(node.database.tags().of(DB1)).containsExactly(new Tag(DB1, "role", "etl"));
    assertThat(untag(Optional.of(DB1), "backup")).isEqualTo(CommandResult.accepted(0));
    assertThat(untag(Optional.of(DB1), "")).isEqualTo(CommandResult.accepted(1));
    assertThat(untag(Optional.empty(), "etl")).isEqualTo(CommandResult.accepted(1));
    assertThat(node.database.tags().all()).containsExactly(new Tag(DB2, "rack", ""));
  }

  @Test
  void notesExpireByTheStampOnly() {
    Instant first = node.now;
    node.apply(new Command.RegisterCandidate(DB1, PromotionRule.MUST_NOT));
    node.apply(new Command.RegisterUnresolve(DB1, "vip"));
    node.apply(new Command.SubmitPool("readers", List.of(DB2, DB1)));
    node.now = first.plusSeconds(100);
    node.apply(new Command.RegisterCandidate(DB2, PromotionRule.PREFER));
    assertThat(node.database.candidates().anyUntil(first)).isTrue();
    assertThat(node.apply(new Command.ExpireNotes(60, 200, 50)))
        .isEqualTo(CommandResult.accepted(3));
    assertThat(node.database.candidates().all())
        .containsExactly(new Candidate(DB2, PromotionRule.PREFER, first.plusSeconds(100)));
    assertThat(node.database.unresolves().all()).containsEntry("db1", "vip");
    assertThat(node.database.pools().all()).isEmpty();
    node.apply(new Command.RegisterUnresolve(DB1, ""));
    assertThat(node.database.unresolves().all()).isEmpty();
  }

  @Test
  void aPauseOfRecoveriesEndsByTheStampOrByCommand() {
    Instant begin = node.now;
    node.apply(new Command.PauseRecoveries("c1", "ann", "moving\nracks", 60));
    node.apply(new Command.PauseRecoveries("c2", "bob", "", 600));
    RecoveryPause pause = node.database.settings().pause("c1").orElseThrow();
    assertThat(pause)
        .isEqualTo(new RecoveryPause("c1", "ann", "moving\nracks", begin, begin.plusSeconds(60)));
    assertThat(pause.inForce(begin.plusSeconds(59))).isTrue();
    assertThat(pause.inForce(begin.plusSeconds(60))).isFalse();
    assertThat(node.database.settings().anyPauseDue(begin.plusSeconds(59))).isFalse();
    assertThat(node.database.settings().anyPauseDue(begin.plusSeconds(60))).isTrue();
    node.now = begin.plusSeconds(60);
    assertThat(node.apply(new Command.ExpireNotes(60, 60, 60)))
        .isEqualTo(CommandResult.accepted(1));
    assertThat(node.database.settings().pause("c1")).isEmpty();
    assertThat(node.apply(new Command.PauseRecoveries("c2", "bob", "", 0)))
        .isEqualTo(CommandResult.accepted(1));
    assertThat(node.database.settings().pause("c2")).isEmpty();
  }

  @Test
  void aPoolIsReplacedAsAWhole() {
    node.apply(new Command.SubmitPool("readers", List.of(DB2, DB1, DB2)));
    node.apply(new Command.SubmitPool("writers", List.of(DB3)));
    node.apply(new Command.SubmitPool("readers", List.of(DB3)));
    assertThat(node.database.pools().all())
        .containsExactly(new PoolMember("readers", DB3), new PoolMember("writers", DB3));
    node.apply(new Command.SubmitPool("writers", List.of()));
    assertThat(node.database.pools().all()).containsExactly(new PoolMember("readers", DB3));
  }

  @Test
  void oneMaintenancePerInstanceUntilItsEnd() {
    Instant begin = node.now;
    assertThat(node.apply(new Command.BeginMaintenance(DB1, "ann", "disk", 600)))
        .isEqualTo(CommandResult.accepted(1));
    CommandResult refused = node.apply(new Command.BeginMaintenance(DB1, "bob", "disk", 600));
    assertThat(refused.accepted()).isFalse();
    assertThat(refused.detail()).contains("db1:3306 is in maintenance by ann until");
    assertThat(node.database.maintenances().all())
        .containsExactly(new Maintenance(1, DB1, "ann", "disk", begin, begin.plusSeconds(600)));
    node.now = begin.plusSeconds(600);
    assertThat(node.apply(new Command.BeginMaintenance(DB1, "bob", "ram", 10)))
        .isEqualTo(CommandResult.accepted(2));
    assertThat(node.apply(new Command.EndMaintenance(Optional.empty(), Optional.of(1L))))
        .isEqualTo(CommandResult.accepted(0));
    assertThat(node.apply(new Command.EndMaintenance(Optional.of(DB1), Optional.empty())))
        .isEqualTo(CommandResult.accepted(1));
    node.apply(new Command.BeginMaintenance(DB2, "ann", "disk", 0));
    assertThat(node.database.maintenances().find(DB2).orElseThrow().id()).isEqualTo(3);
    assertThat(node.apply(new Command.ExpireNotes(60, 60, 60)))
        .isEqualTo(CommandResult.accepted(1));
  }

  @Test
  void anAliasFollowsThePrimary() {
    node.apply(new Command.RegisterCluster("c1", "uuid-1", DB1, ""));
    node.apply(new Command.SetClusterAlias(DB1.toString(), "shop"));
    node.apply(new Command.DesignatePrimary("", 1, "c1", 1, "uuid-2", DB2));
    assertThat(node.database.aliases().all()).isEqualTo(java.util.Map.of("db2:3306", "shop"));
    node.apply(new Command.SetClusterAlias(DB2.toString(), ""));
    assertThat(node.database.aliases().all()).isEmpty();
  }

  @Test
  void aClusterIsForgottenByItsMembers() {
    node.apply(new Command.Discover(DB1));
    node.apply(new Command.Discover(DB3));
    node.database.instances().save(List.of(Instance.known(DB1), Instance.known(DB3)));
    node.apply(new Command.ForgetCluster("db1:3306", List.of(DB1, DB2)));
    assertThat(node.database.seeds().all()).containsExactly(DB3);
    assertThat(node.database.instances().find(DB1)).isEmpty();
    assertThat(node.database.instances().find(DB3)).isPresent();
  }

  @Test
  void aForcedRecoveryAcknowledgesTheFormerOnesOfItsCluster() {
    node.apply(Fixture.start("first", "c1", "uuid-1"));
    node.apply(Fixture.end("first", 5));
    assertThat(node.apply(Fixture.start("second", "c1", "uuid-1")).accepted()).isFalse();
    assertThat(node.apply(Fixture.force("third", "c1", "uuid-1")).accepted()).isTrue();
    assertThat(
            node.database.recoveries().byUid("first").orElseThrow().acknowledgement().orElseThrow())
        .satisfies(
            acknowledged -> {
              assertThat(acknowledged.comment()).isEqualTo("implied by recovery third");
            });
  }

  @Test
  void anInjectionOfPseudoGtidIsRememberedForAnHour() {
    Command.InjectedPseudoGtid injected = new Command.InjectedPseudoGtid("db1:3306");
    assertThat(node.apply(injected).detail()).isEqualTo("not every member reads format 3");
    assertThat(node.database.pseudoGtids().at(node.now)).isEmpty();
    node.apply(new Command.RaiseFormat(3));
    Instant first = node.now;
    node.apply(injected);
    node.apply(new Command.InjectedPseudoGtid("db9:3306"));
    node.now = first.plusSeconds(60);
    node.apply(injected);
    Instant end = first.plus(PseudoGtidTable.KEPT);
    assertThat(node.database.pseudoGtids().at(first)).containsExactly("db1:3306", "db9:3306");
    assertThat(node.database.pseudoGtids().at(end.plusMillis(1))).containsExactly("db1:3306");
    assertThat(node.database.pseudoGtids().at(end.plusSeconds(60))).isEmpty();
    assertThat(NoteExpiry.DEFAULT.due(node.database, end)).isEmpty();
    Instant due = end.plusMillis(1);
    node.now = due;
    assertThat(node.apply(NoteExpiry.DEFAULT.due(node.database, due).orElseThrow()))
        .isEqualTo(CommandResult.accepted(1));
    assertThat(node.database.pseudoGtids().at(first)).containsExactly("db1:3306");
    assertThat(NoteExpiry.DEFAULT.due(node.database, due)).isEmpty();
  }

  @Test
  void keyValuesAreReplaced() {
    node.apply(new Command.PutKeyValue("mysql/master/shop", "db1:3306"));
    node.apply(new Command.PutKeyValue("mysql/master/shop", "db2:3306"));
    assertThat(node.database.keyValues().find("mysql/master/shop")).contains("db2:3306");
  }

  @Test
  void onlyReportsOfTheNewestCheckCount() {
    CommandResult check = node.apply(new Command.CheckState());
    StateReport own = new StateReport("n1", check.id(), "1", "aa", new TreeMap<>());
    assertThat(node.apply(new Command.ReportState(own)).accepted()).isTrue();
    CommandResult next = node.apply(new Command.CheckState());
    assertThat(node.database.settings().checkIndex()).isEqualTo(next.id()).isEqualTo(3);
    assertThat(node.database.stateReports().all()).isEmpty();
    assertThat(node.apply(new Command.ReportState(own)).detail())
        .isEqualTo("the newest check is at index 3, not 1");
  }

  @Test
  void aFormatThatThisProgramCannotReadIsFatal() {
    assertThat(node.database.settings().commandFormat()).isEqualTo(1);
    assertThat(node.apply(new Command.RaiseFormat(1)).accepted()).isTrue();
    assertThat(node.apply(new Command.RaiseFormat(0)).accepted()).isFalse();
    assertThatThrownBy(() -> node.apply(new Command.RaiseFormat(9)))
        .isInstanceOf(UnknownCommandException.class)
        .hasMessageContaining("agreed on command format 9, this program reads 1 to 3");
    assertThat(node.machine.applied().index()).isEqualTo(2);
  }
}
