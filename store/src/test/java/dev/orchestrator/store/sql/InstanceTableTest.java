package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.CheckTimes;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import dev.orchestrator.store.model.ServerFacts;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceTableTest {
  private static final InstanceKey DB1 = new InstanceKey("db1", 3306);
  private static final InstanceKey DB2 = new InstanceKey("db2", 3306);

  @TempDir Path folder;
  private Database database;
  private InstanceTable instances;

  /** Another backend keeps the same contract: its test overrides this. */
  TestBackend backend() {
    return TestBackend.sqlite(folder);
  }

  @BeforeEach
  void open() {
    database = backend().open("db");
    instances = database.instances();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** Every field has a value of its own, so that two swapped columns are seen. */
  private static Instance full(boolean flags) {
    return new Instance(
        DB1,
        new ServerFacts(
            "uuid-1",
            4_294_967_295L,
            "8.4.3",
            "GPL",
            77,
            flags,
            !flags,
            "ROW",
            "FULL",
            flags,
            !flags,
            new BinlogCoordinates("bin.7", 5_000_000_000L),
            "ON",
            "u:1-9",
            "u:1-2",
            "e:1"),
        new ReplicationFacts(
            new InstanceKey("//db2", 3307),
            "uuid-2",
            ReplicaThreadState.RUNNING,
            ReplicaThreadState.STOPPED,
            new BinlogCoordinates("bin.1", 11),
            new BinlogCoordinates("bin.2", 12),
            new BinlogCoordinates("relay.3", 13),
            "u:3-9",
            "cannot connect\n(110)",
            "duplicate 'x'",
            OptionalLong.of(0),
            OptionalLong.of(5),
            60,
            flags,
            "repl",
            !flags,
            flags,
            !flags),
        new SemiSyncFacts(flags, !flags, flags, !flags, flags, 10_000, 1, 2, "AFTER_SYNC", 3),
        List.of(new InstanceKey("::1", 3306), DB2),
        new Placement("db2:3307", "shop", 2, flags, "dc1", "eu", "prod", "first"),
        new CheckTimes(
            Instant.parse("2026-01-02T03:04:05.678901Z"),
            Instant.parse("2026-01-02T03:04:06.678902Z"),
            Instant.parse("2026-01-02T03:04:07.678903Z"),
            flags,
            Duration.ofNanos(1_234_000),
            "timeout"));
  }

  @Test
  void everyFieldComesBack() {
    for (boolean flags : new boolean[] {true, false}) {
      instances.save(List.of(full(flags)));
      assertThat(instances.find(DB1)).contains(full(flags));
    }
    instances.save(List.of(Instance.known(DB1)));
    assertThat(instances.all()).containsExactly(Instance.known(DB1));
    assertThat(instances.find(DB2)).isEmpty();
  }

  @Test
  void aCheckTouchesOnlyTheVisitTimes() {
    CheckTimes check =
        new CheckTimes(
            Instant.ofEpochSecond(9),
            Instant.ofEpochSecond(8),
            Instant.EPOCH,
            true,
            Duration.ofMillis(7),
            "gone");
    instances.save(List.of(full(true)));
    instances.saveCheck(DB1, check);
    assertThat(instances.find(DB1)).contains(full(true).withCheck(check));
    instances.saveCheck(DB2, check);
    assertThat(instances.find(DB2)).contains(Instance.known(DB2).withCheck(check));
  }

  @Test
  void manyAreSavedInOrderOfTheirKeysAndDeletedOneByOne() {
    List<Instance> many =
        IntStream.range(0, 200)
            .mapToObj(i -> Instance.known(new InstanceKey("db%03d".formatted(i / 2), 3306 + i % 2)))
            .toList();
    instances.save(many.reversed());
    assertThat(instances.all()).isEqualTo(many);
    instances.delete(many.getFirst().key());
    instances.delete(many.getFirst().key());
    assertThat(instances.all()).isEqualTo(many.subList(1, 200));
    instances.save(List.of());
  }
}
