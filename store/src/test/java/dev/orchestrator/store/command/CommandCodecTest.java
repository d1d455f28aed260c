package dev.orchestrator.store.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.proto.command.CommandEnvelope;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.model.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CommandCodecTest {
  private static final Path GOLDEN = Path.of("src/test/resources/commands");
  private static final long STAMP = 1_700_000_000_123L;
  private static final InstanceKey DB1 = new InstanceKey("db1", 3306);
  private static final InstanceKey DB2 = new InstanceKey("db2", 3307);

  /** One of each kind, every field set to something that is not its default. */
  static List<Command> examples() {
    return List.of(
        new Command.AnnounceLeader("n1:10008", 7, "http://n1:3000"),
        new Command.Discover(DB1),
        new Command.Forget(DB2),
        new Command.BeginDowntime(
            new Downtime(DB1, "ann", "disk", Instant.ofEpochMilli(5), Instant.ofEpochMilli(99))),
        new Command.EndDowntime(DB1),
        new Command.EndLostDowntime(DB1),
        new Command.SetGlobalRecoveries(true),
        new Command.AcknowledgeRecoveries(
            Optional.of("uid"),
            Optional.of(4L),
            Optional.of("db1:3306"),
            Optional.of(DB1),
            "ann",
            "seen"),
        new Command.RegisterCluster("c1", "uuid-1", DB1, "shop"),
        new Command.DesignatePrimary("uid", 7, "c1", 3, "uuid-2", DB2),
        new Command.RegisterDetection(
            DB1, "db1:3306", "shop", "DeadMaster", "gone", List.of(DB2), true, "n1"),
        new Command.StartRecovery("uid", subject(), 7, "n1", 3600, true),
        new Command.PlanSteps(
            "uid",
            7,
            List.of(
                RecoveryStep.planned(
                    2, "PROMOTE", DB2, "uuid-2", Map.of("b", "2", "a", "1"), "best GTID set"))),
        new Command.TakeOverRecovery("uid", 8, "n2"),
        new Command.StepIntended("uid", 7, 2, 1),
        new Command.StepEnded("uid", 7, 2, 1, RecoveryStep.State.DONE, "writable"),
        new Command.EndRecovery(
            "uid",
            7,
            new Recovery.Ending(
                true,
                Optional.of(DB2),
                "uuid-2",
                List.of(DB1),
                List.of(DB2),
                List.of("late"),
                "none",
                Instant.ofEpochMilli(77))),
        new Command.Expire(3600),
        new Command.ForgetCluster("db1:3306", List.of(DB1, DB2)),
        new Command.PutTag(new Tag(DB1, "role", "backup")),
        new Command.DeleteTags(Optional.of(DB1), "role", Optional.of("")),
        new Command.RegisterCandidate(DB1, PromotionRule.PREFER_NOT),
        new Command.RegisterUnresolve(DB1, "vip.shop"),
        new Command.SubmitPool("readers", List.of(DB1, DB2)),
        new Command.BeginMaintenance(DB1, "ann", "disk", 600),
        new Command.EndMaintenance(Optional.of(DB1), Optional.of(4L)),
        new Command.SetClusterAlias("db1:3306", "shop"),
        new Command.PutKeyValue("mysql/master/shop", "db1:3306"),
        new Command.InjectedPseudoGtid("db1:3306"),
        new Command.PauseRecoveries("c1", "jane", "moving racks", 600),
        new Command.ExpireNotes(3600, 3601, 3602),
        new Command.CheckState(),
        new Command.ReportState(
            new StateReport("n1:10008", 77, "1-ab", "cd", new TreeMap<>(Map.of("tag", "ef")))),
        new Command.RaiseFormat(2));
  }

  private static Recovery.Subject subject() {
    return new Recovery.Subject(
        "DEAD_PRIMARY",
        "c1",
        "db1:3306",
        "shop",
        DB1,
        "uuid-1",
        "DeadMaster",
        "gone",
        List.of(DB2),
        List.of("uuid-1", "uuid-2"),
        9,
        "recover");
  }

  @Test
  void everyKindHasAnExample() {
    assertThat(examples().stream().<Class<?>>map(Command::getClass))
        .containsExactlyInAnyOrderElementsOf(RandomCommands.kindsOf(Command.class).toList());
  }

  /** Entries written by released programs stay readable. Add files with -Drewrite, change none. */
  @ParameterizedTest
  @MethodSource("examples")
  void readsEveryGoldenFile(Command example) throws IOException {
    Path file = GOLDEN.resolve(example.getClass().getSimpleName() + ".bin");
    if (System.getProperty("rewrite") != null) {
      Files.createDirectories(GOLDEN);
      Files.write(file, CommandCodec.encode(example, STAMP));
    }
    assertThat(file).as("golden file of %s", example.name()).exists();
    assertThat(CommandCodec.decode(Files.readAllBytes(file)))
        .isEqualTo(new StampedCommand(example, STAMP));
  }

  @Test
  void newerFormatIsRefused() {
    byte[] newer =
        CommandEnvelope.newBuilder().setFormatVersion(4).setStampEpochMs(1).build().toByteArray();
    assertThatThrownBy(() -> CommandCodec.decode(newer))
        .isInstanceOf(UnknownCommandException.class)
        .hasMessageContaining("command format 4, this program reads 1 to 3");
  }

  @Test
  void unknownCommandIsRefused() {
    byte[] known = CommandCodec.encode(new Command.Expire(1), 1);
    byte[] unknown = Arrays.copyOf(known, known.length);
    int tag = unknown.length - 5; // tag of field 26 (2 bytes), length, then the message (2 bytes)
    assertThat(unknown[tag] & 0xff).isEqualTo(0xd2);
    unknown[tag] = (byte) 0x92;
    unknown[tag + 1] = (byte) 0x1f; // field 498, still unused
    assertThatThrownBy(() -> CommandCodec.decode(unknown))
        .isInstanceOf(UnknownCommandException.class)
        .hasMessageContaining("a command that this program does not know (fields [498])");
  }

  @Test
  void emptyEntryIsRefused() {
    assertThatThrownBy(() -> CommandCodec.decode(new byte[0]))
        .isInstanceOf(UnknownCommandException.class)
        .hasMessageContaining("command format 0");
  }

  @Test
  void whatCannotBeWrittenIsRefusedBeforeItEntersTheLog() {
    Downtime endless = new Downtime(DB1, "ann", "why", Instant.EPOCH, Instant.MAX);
    assertThatThrownBy(() -> CommandCodec.encode(new Command.BeginDowntime(endless), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("out of range");
  }
}
