package dev.orchestrator.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that were cut, reset, or damaged and begun anew. */
class LogCutTest {
  private static final Membership MEMBERSHIP =
      new Membership("cluster", List.of(new MemberId("a:1", 7)));

  @TempDir Path folder;

  @Test
  void aCutLogGoesOnBehindItsBeginningAndStillChecksTheChain() {
    try (RocksLogStorage log = loaded()) {
      log.persist(new HardState(1, null), 0, commands(1, 1, 10, 20));
      log.cut(new HardState(2, null), place(1, 6));
      log.persist(null, 9, commands(2, 9, 9, 20));
      assertThat(log.read(7, 9, 1 << 20)).hasSize(3);
    }
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      List<LogEntry> entries = new ArrayList<>();
      assertThat(log.lastIncluded()).isEqualTo(place(1, 6));
      assertThat(log.load(entries::add)).isEqualTo(new HardState(2, null));
      assertThat(entries).extracting(LogEntry::index).containsExactly(7L, 8L, 9L);
      log.cut(null, place(2, 9)); // nothing is left behind it
      log.persist(null, 0, commands(2, 10, 11, 20));
    }
    assertThat(reload()).extracting(LogEntry::index).containsExactly(10L, 11L);
  }

  @Test
  void aPlaceTheLogDoesNotHoldEmptiesIt() {
    try (RocksLogStorage log = loaded()) {
      log.persist(new HardState(1, null), 0, commands(1, 1, 10, 20));
      log.cut(null, place(3, 7)); // of another term
      log.persist(null, 0, commands(3, 8, 8, 20));
    }
    assertThat(reload()).extracting(LogEntry::id).containsExactly(new LogId(3, 8));
    try (RocksLogStorage log = loaded()) {
      log.cut(null, place(4, 100)); // further than it goes
      log.persist(null, 0, commands(4, 101, 101, 20));
    }
    assertThat(reload()).extracting(LogEntry::id).containsExactly(new LogId(4, 101));
  }

  /** The disk of a busy year: what is written grows without end, what is kept does not. */
  @Test
  void theSpaceOfDroppedEntriesIsGivenBack() throws Exception {
    long written = 0;
    try (RocksLogStorage log = loaded()) {
      for (long index = 1; index < 24_000; index += 200) {
        log.persist(new HardState(1, null), 0, commands(1, index, index + 199, 8_000));
        written += 200 * 8_000;
        if (index % 2_000 == 1 && index > 1) {
          log.cut(null, place(1, index - 100));
        }
      }
      log.cut(null, place(1, 23_900));
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(RaftSnapshotIT.sizeOf(folder)).isLessThan(70_000_000));
    }
    assertThat(written).isGreaterThan(180_000_000);
    assertThat(RaftSnapshotIT.sizeOf(folder)).isLessThan(70_000_000);
    assertThat(reload()).hasSize(100);
  }

  /** Rules I5, I6: never served, kept for whoever wants to look at it, and not the same member. */
  @Test
  void aDamagedLogIsSetAsideAndBegunAnewAsAnotherIncarnation() throws Exception {
    long incarnation;
    try (RocksLogStorage log = LogFolder.open(folder)) {
      incarnation = log.incarnation();
      log.load(_ -> {});
      log.persist(new HardState(1, null), 0, commands(1, 1, 200, 500));
    }
    try (RocksLogStorage log = LogFolder.open(folder)) {
      assertThat(log.incarnation()).isEqualTo(incarnation);
    }
    damageSomewhereInTheMiddle();
    assertThatThrownBy(this::reload).isInstanceOf(DamagedLogException.class);
    try (RocksLogStorage log = LogFolder.open(folder)) {
      assertThat(log.incarnation()).isNotEqualTo(incarnation);
      assertThat(log.load(_ -> {})).isEqualTo(HardState.INITIAL);
    }
    try (Stream<Path> kept = Files.list(folder)) {
      assertThat(kept.filter(file -> file.getFileName().toString().startsWith("damaged-")))
          .singleElement()
          .satisfies(aside -> assertThat(RaftSnapshotIT.sizeOf(aside)).isGreaterThan(100_000));
    }
  }

  private void damageSomewhereInTheMiddle() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files =
          all.filter(file -> file.toString().matches(".*\\.(log|sst)"))
              .filter(file -> file.toFile().length() > 50_000)
              .toList();
    }
    for (Path file : files) {
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.seek(bytes.length() / 2);
        bytes.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
      }
    }
    assertThat(files).isNotEmpty();
  }

  private RocksLogStorage loaded() {
    RocksLogStorage log = RocksLogStorage.open(folder);
    log.load(_ -> {});
    return log;
  }

  private List<LogEntry> reload() {
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      List<LogEntry> entries = new ArrayList<>();
      log.load(entries::add);
      return entries;
    }
  }

  private static LastIncluded place(long term, long index) {
    return new LastIncluded(new LogId(term, index), Optional.of(MEMBERSHIP));
  }

  /** Bytes that no file system makes smaller. */
  static List<LogEntry> commands(long term, long from, long to, int bytes) {
    SplittableRandom random = new SplittableRandom(from);
    List<LogEntry> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      byte[] command = new byte[bytes];
      random.nextBytes(command);
      entries.add(new LogEntry.Command(new LogId(term, index), command));
    }
    return entries;
  }
}
