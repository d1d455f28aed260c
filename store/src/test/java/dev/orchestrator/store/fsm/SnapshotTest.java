package dev.orchestrator.store.fsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.port.StateImage;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.RandomCommands;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.snapshot.SnapshotException;
import dev.orchestrator.store.snapshot.SnapshotWriter;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.StoreException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of the state: complete, exact, all or nothing (rule T3). */
class SnapshotTest {
  private static final int ENTRIES = 400;

  @TempDir Path folder;
  private TestBackend backend;

  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  /** How many damaged images to try; each costs a transaction. */
  int damages() {
    return 60;
  }

  @BeforeEach
  void takeBackend() {
    backend = backend();
  }

  private static void applyRandom(SqlStateMachine machine, long seed, int entries) {
    RandomCommands commands = new RandomCommands(seed);
    long next = machine.applied().index() + 1;
    for (long index = next; index < next + entries; index++) {
      machine.apply(new LogId(1, index), CommandCodec.encode(commands.next(), index * 100));
    }
  }

  /** A member that knows less must be able to take the images until all agree on more. */
  @Test
  void aTableOfANewerFormatIsInTheImageFromThatFormatOn() throws IOException {
    try (Fixture writer = new Fixture(backend, "writer");
        Fixture reader = new Fixture(backend, "reader")) {
      assertThat(text(bytes(writer.machine))).doesNotContain("injected_pseudo_gtid");
      writer.apply(new Command.RaiseFormat(3));
      writer.apply(new Command.InjectedPseudoGtid("db1:3306"));
      byte[] image = bytes(writer.machine);
      assertThat(text(image)).contains("injected_pseudo_gtid");
      reader.machine.restore(writer.machine.applied(), new ByteArrayInputStream(image));
      assertThat(reader.database.pseudoGtids().at(writer.now)).containsExactly("db1:3306");
      assertThat(bytes(reader.machine)).isEqualTo(image);
    }
  }

  private static String text(byte[] image) {
    return new String(image, StandardCharsets.ISO_8859_1);
  }

  /** An older program must not take rows that its commands would change in another way. */
  @Test
  void anImageOfANewerCommandFormatChangesNothing() throws IOException {
    byte[] image;
    try (Database newer = backend.open("newer")) {
      SqlStateMachine machine = new SqlStateMachine(newer);
      applyRandom(machine, 3, 5);
      newer.apply(
          tx -> {
            newer.settings().commandFormat(tx, CommandCodec.FORMAT_VERSION + 1);
            return null;
          });
      image = bytes(machine);
      assertThatThrownBy(() -> new SqlStateMachine(newer))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("install the version that the leader runs");
    }
    try (Database older = backend.open("older")) {
      SqlStateMachine machine = new SqlStateMachine(older);
      applyRandom(machine, 4, 3);
      byte[] before = bytes(machine);
      assertThatThrownBy(() -> machine.restore(new LogId(1, 5), new ByteArrayInputStream(image)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("install the version that the leader runs");
      assertThat(bytes(machine)).isEqualTo(before);
    }
  }

  static byte[] bytes(SqlStateMachine machine) throws IOException {
    try (StateImage image = machine.image()) {
      return bytes(image);
    }
  }

  private static byte[] bytes(StateImage image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    image.writeTo(out);
    return out.toByteArray();
  }

  private static void restore(SqlStateMachine machine, LogId id, byte[] image) {
    machine.restore(id, new ByteArrayInputStream(image));
  }

  @Test
  void theReceiverEndsWithTheSameRowsAndKeepsWhatIsItsOwn() throws Exception {
    try (Database from = backend.open("a");
        Database to = backend.open("b")) {
      SqlStateMachine sender = new SqlStateMachine(from);
      SqlStateMachine receiver = new SqlStateMachine(to);
      from.bindToCluster("group");
      applyRandom(sender, 1, ENTRIES);
      applyRandom(receiver, 2, ENTRIES / 2); // other rows, which have to go
      InstanceKey own = new InstanceKey("seen-here", 3306);
      to.instances().save(List.of(Instance.known(own)));
      to.probe();

      restore(receiver, sender.applied(), bytes(sender));

      assertThat(Dump.of(backend, "b")).isEqualTo(Dump.of(backend, "a"));
      assertThat(receiver.applied()).isEqualTo(sender.applied());
      assertThat(to.applied().clusterId()).contains("group");
      assertThat(to.instances().find(own)).isPresent();
      to.probe();
      assertThat(bytes(receiver)).isEqualTo(bytes(sender));
    }
    try (Database again = backend.open("b")) {
      SqlStateMachine receiver = new SqlStateMachine(again);
      assertThat(receiver.applied()).isEqualTo(new LogId(1, ENTRIES));
      applyRandom(receiver, 3, 10);
    }
  }

  @Test
  void theSameStateIsTheSameBytesHoweverItCameAbout() throws Exception {
    try (Database one = backend.open("a");
        Database other = TestBackend.sqlite(folder).open("other")) {
      SqlStateMachine first = new SqlStateMachine(one);
      SqlStateMachine second = new SqlStateMachine(other);
      applyRandom(first, 5, ENTRIES);
      applyRandom(second, 5, ENTRIES);
      other.probe();
      assertThat(bytes(first)).isEqualTo(bytes(second));
    }
  }

  @Test
  void keysSortAsBytesOnEveryBackend() throws Exception {
    try (Database one = backend.open("a");
        Database other = TestBackend.sqlite(folder).open("other")) {
      for (Database database : List.of(one, other)) {
        SqlStateMachine machine = new SqlStateMachine(database);
        long index = 0;
        for (String host : List.of("b", "a\t", "a", "A", "\uD83D\uDE00", "\uFF5E", "ä", "a0")) {
          Command discover = new Command.Discover(new InstanceKey(host, 1));
          machine.apply(new LogId(1, ++index), CommandCodec.encode(discover, index));
        }
      }
      assertThat(bytes(new SqlStateMachine(one))).isEqualTo(bytes(new SqlStateMachine(other)));
    }
  }

  @Test
  void anImageHoldsStillWhileApplyGoesOn() throws Exception {
    try (Database database = backend.open("a")) {
      SqlStateMachine machine = new SqlStateMachine(database);
      applyRandom(machine, 7, ENTRIES);
      byte[] before = bytes(machine);
      try (StateImage image = machine.image()) {
        applyRandom(machine, 8, 50);
        machine.sync();
        assertThat(image.id()).isEqualTo(new LogId(1, ENTRIES));
        assertThat(bytes(image)).isEqualTo(before);
      }
      assertThat(bytes(machine)).isNotEqualTo(before);
    }
  }

  @Test
  void aDamagedImageChangesNothing() throws Exception {
    try (Database from = backend.open("a");
        Database to = backend.open("b")) {
      SqlStateMachine sender = new SqlStateMachine(from);
      SqlStateMachine receiver = new SqlStateMachine(to);
      applyRandom(sender, 1, ENTRIES);
      applyRandom(receiver, 2, ENTRIES / 2);
      List<String> before = Dump.of(backend, "b");
      byte[] image = bytes(sender);
      Random random = new Random(1);
      for (int i = 0; i < damages(); i++) {
        byte[] damaged = image.clone();
        damaged[random.nextInt(image.length)] ^= (byte) (1 << random.nextInt(8));
        assertThatThrownBy(() -> restore(receiver, sender.applied(), damaged))
            .isInstanceOfAny(SnapshotException.class, StoreException.class);
        byte[] cut = Arrays.copyOf(image, random.nextInt(image.length));
        assertThatThrownBy(() -> restore(receiver, sender.applied(), cut))
            .isInstanceOfAny(SnapshotException.class, StoreException.class);
      }
      assertThat(Dump.of(backend, "b")).isEqualTo(before);
      assertThat(receiver.applied()).isEqualTo(new LogId(1, ENTRIES / 2));
      restore(receiver, sender.applied(), image);
      assertThat(Dump.of(backend, "b")).isEqualTo(Dump.of(backend, "a"));
    }
  }

  @Test
  void anImageOfAnotherPlaceFormatOrGroupIsRefused() throws Exception {
    try (Database from = backend.open("a");
        Database to = backend.open("b")) {
      SqlStateMachine sender = new SqlStateMachine(from);
      SqlStateMachine receiver = new SqlStateMachine(to);
      from.bindToCluster("one");
      applyRandom(sender, 1, 20);
      byte[] image = bytes(sender);
      assertThatThrownBy(() -> restore(receiver, new LogId(1, 19), image))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("image of entry 1/20 was offered as 1/19");
      byte[] newer = image.clone();
      newer[11] = 9;
      assertThatThrownBy(() -> restore(receiver, new LogId(1, 20), newer))
          .isInstanceOf(SnapshotException.class)
          .hasMessageContaining("image has format 9, this program reads 1");
      to.bindToCluster("other");
      assertThatThrownBy(() -> restore(receiver, new LogId(1, 20), image))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("belongs to the Raft group other");
      assertThat(receiver.applied()).isEqualTo(LogId.ZERO);
    }
  }

  @Test
  void theHashNamesTheTableThatDiffers() throws Exception {
    try (Database one = backend.open("a");
        Database other = backend.open("b")) {
      for (Database database : List.of(one, other)) {
        applyRandom(new SqlStateMachine(database), 9, ENTRIES);
      }
      try (var a = one.pin();
          var b = other.pin()) {
        assertThat(SnapshotWriter.hash(a)).isEqualTo(SnapshotWriter.hash(b));
      }
      try (var beside = backend.connect("b");
          var statement = beside.createStatement()) {
        statement.executeUpdate("UPDATE recovery SET description = 'altered' WHERE id = 1");
      }
      try (var a = one.pin();
          var b = other.pin()) {
        var good = SnapshotWriter.hash(a);
        var bad = SnapshotWriter.hash(b);
        assertThat(good.total()).isNotEqualTo(bad.total());
        assertThat(good.differences(bad)).containsExactly("recovery");
      }
    }
  }
}
