package dev.orchestrator.store.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.store.sql.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

class RocksLogStorageTest {
  private static final MemberId A = new MemberId("a:1", 7);

  @TempDir Path folder;

  @Test
  void keepsHardStateEntriesAndIncarnation() {
    LogEntry membership =
        new LogEntry.MembershipChange(new LogId(1, 1), new Membership("c", List.of(A)));
    LogEntry noOp = new LogEntry.NoOp(new LogId(2, 2));
    long incarnation;
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      incarnation = log.incarnation();
      assertThat(log.load(_ -> {})).isEqualTo(HardState.INITIAL);
      log.persist(new HardState(2, A), 0, List.of(membership, noOp, command(2, 3)));
    }
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      assertThat(log.incarnation()).isEqualTo(incarnation);
      List<LogEntry> entries = new ArrayList<>();
      assertThat(log.load(entries::add)).isEqualTo(new HardState(2, A));
      assertThat(entries).containsExactly(membership, noOp, command(2, 3));
    }
  }

  @Test
  void cutsAndAppendsInOneStep() {
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      log.load(_ -> {});
      log.persist(new HardState(1, null), 0, List.of(command(1, 1), command(1, 2), command(1, 3)));
      log.persist(new HardState(2, null), 2, List.of(command(2, 2)));
      assertThat(log.read(1, 2, 1 << 20)).containsExactly(command(1, 1), command(2, 2));
      log.persist(null, 1, List.of(command(2, 1)));
    }
    assertThat(reload()).containsExactly(command(2, 1));
  }

  @Test
  void readsWithinBytesButAtLeastOneEntry() {
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      log.load(_ -> {});
      log.persist(null, 0, List.of(command(1, 1), command(1, 2), command(1, 3)));
      assertThat(log.read(2, 3, 1)).containsExactly(command(1, 2));
      assertThat(log.read(1, 3, 2 * command(1, 1).sizeBytes())).hasSize(2);
      assertThat(log.read(1, 2, 1 << 20)).hasSize(2);
    }
  }

  @Test
  void refusesAGap() {
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      log.load(_ -> {});
      assertThatThrownBy(() -> log.persist(null, 0, List.of(command(1, 2))))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("cannot follow index 0");
    }
  }

  @Test
  void refusesASecondUserOfTheFolder() {
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      assertThat(log.lastIncluded().index()).isZero();
      assertThatThrownBy(() -> RocksLogStorage.open(folder))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("in use by another process");
    }
  }

  @Test
  void closedLogIsAnErrorNotACrash() {
    RocksLogStorage log = RocksLogStorage.open(folder);
    log.close();
    log.close();
    assertThatThrownBy(() -> log.read(1, 1, 1)).hasMessageContaining("is closed");
  }

  @Test
  void damagedEntryIsNamed() throws Exception {
    write(5);
    overwriteEntry(3, record -> record[record.length - 1] ^= 1);
    assertThatThrownBy(this::reload)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("damaged (entry 3: checksum does not match)");
  }

  @Test
  void wholeEntryInTheWrongPlaceIsNoticed() throws Exception {
    write(5);
    byte[] other = EntryRecord.encode(command(1, 3), 12345); // whole, but of another history
    overwriteEntry(3, record -> System.arraycopy(other, 0, record, 0, record.length));
    assertThatThrownBy(this::reload).hasMessageContaining("does not belong behind the one before");
  }

  @Test
  void missingEntriesAreNoticedInTheMiddleAndAtTheEnd() throws Exception {
    write(5);
    deleteEntry(5);
    assertThatThrownBy(this::reload).hasMessageContaining("entries end at 4 instead of 5");
    deleteEntry(2);
    assertThatThrownBy(this::reload).hasMessageContaining("entry 2 is missing, next is 3");
  }

  /** Rule I6: whatever byte is flipped, nothing that was synced disappears in silence. */
  @Test
  void flippedByteAnywhereInTheWriteAheadLogLosesNothingInSilence() throws Exception {
    List<LogEntry> written = write(20);
    Path wal = writeAheadLog();
    byte[] good = Files.readAllBytes(wal);
    byte[] mark = Files.readAllBytes(folder.resolve("synced"));
    int noticed = 0;
    for (int position = 0; position < good.length; position += 13) {
      // Recovery rewrites the folder, so each position gets a copy of its own.
      Path copy = Files.createDirectories(folder.resolve("copy" + position));
      copyFolder(folder.resolve("rocksdb"), copy.resolve("rocksdb"));
      Files.write(copy.resolve("synced"), mark);
      byte[] bad = good.clone();
      bad[position] ^= 0x55;
      Files.write(copy.resolve("rocksdb").resolve(wal.getFileName()), bad);
      List<LogEntry> entries = new ArrayList<>();
      try (RocksLogStorage log = RocksLogStorage.open(copy)) {
        log.load(entries::add);
        assertThat(entries).as("position %d", position).isEqualTo(written);
      } catch (StoreException e) {
        assertThat(e).hasMessageContaining("damaged");
        noticed++;
      }
    }
    assertThat(noticed).isGreaterThan(10);
  }

  @Test
  void lostSyncedWritesAreNoticedAndAnUnsyncedTailIsCut() throws Exception {
    write(20);
    Path wal = writeAheadLog();
    byte[] good = Files.readAllBytes(wal);
    Path copy = Files.createDirectories(folder.resolve("copy"));
    copyFolder(folder.resolve("rocksdb"), copy.resolve("rocksdb"));
    Path cut = copy.resolve("rocksdb").resolve(wal.getFileName());
    Files.write(cut, Arrays.copyOf(good, good.length - 5));
    // Without the mark this is what a crash in the middle of a write leaves.
    try (RocksLogStorage log = RocksLogStorage.open(copy)) {
      List<LogEntry> entries = new ArrayList<>();
      log.load(entries::add);
      assertThat(entries).hasSize(19);
    }
    // With it, the write had come back from its sync: somebody may rely on it.
    Files.copy(
        folder.resolve("synced"), copy.resolve("synced"), StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(
            () -> {
              try (RocksLogStorage log = RocksLogStorage.open(copy)) {
                log.load(_ -> {});
              }
            })
        .hasMessageContaining("20 writes had been synced, only 19 are there");
  }

  /** Killed in the middle of writing, again and again: what was reported as written is there. */
  @Test
  void killedWriterLosesNothingItReported() throws Exception {
    long reported = 0;
    for (int round = 0; round < 3; round++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-Xmx128m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  KilledWriter.class.getName(),
                  folder.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (BufferedReader lines = writer.inputReader(UTF_8)) {
        for (int i = 0; i < 150 + 70 * round; i++) {
          String line = lines.readLine();
          assertThat(line).as("the writer ended by itself").isNotNull();
          reported = Long.parseLong(line);
        }
        writer.toHandle().destroyForcibly(); // kill -9, leaving what it printed to be read
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.matches("\\d{19}")) { // not one cut by the kill
            reported = Long.parseLong(line);
          }
        }
      }
      assertThat(writer.waitFor()).isNotZero();
      List<LogEntry> entries = reload();
      assertThat((long) entries.size()).isGreaterThanOrEqualTo(reported);
      for (int i = 0; i < entries.size(); i++) {
        assertThat(entries.get(i)).isEqualTo(command(1, i + 1));
      }
    }
  }

  /** Appends until it is killed, and prints each index once it is safe. */
  static final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] arguments) {
      try (RocksLogStorage log = RocksLogStorage.open(Path.of(arguments[0]))) {
        long[] last = {0};
        log.load(entry -> last[0] = entry.index());
        while (true) {
          last[0]++;
          log.persist(new HardState(last[0], null), 0, List.of(command(1, last[0])));
          System.out.println("%019d".formatted(last[0]));
          System.out.flush();
        }
      }
    }
  }

  private List<LogEntry> write(int count) {
    List<LogEntry> entries = new ArrayList<>();
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      log.load(_ -> {});
      for (int index = 1; index <= count; index++) {
        LogEntry entry = command(1, index);
        entries.add(entry);
        log.persist(index == 1 ? new HardState(1, null) : null, 0, List.of(entry));
      }
    }
    return entries;
  }

  private List<LogEntry> reload() {
    List<LogEntry> entries = new ArrayList<>();
    try (RocksLogStorage log = RocksLogStorage.open(folder)) {
      log.load(entries::add);
    }
    return entries;
  }

  private interface Damage {
    void apply(byte[] record);
  }

  private void overwriteEntry(long index, Damage damage) throws RocksDBException {
    try (Options options = new Options();
        RocksDB db = RocksDB.open(options, folder.resolve("rocksdb").toString())) {
      byte[] record = db.get(key(index));
      damage.apply(record);
      db.put(key(index), record);
    }
  }

  private void deleteEntry(long index) throws RocksDBException {
    try (Options options = new Options();
        RocksDB db = RocksDB.open(options, folder.resolve("rocksdb").toString())) {
      db.delete(key(index));
    }
  }

  private static byte[] key(long index) {
    return ByteBuffer.allocate(9).put((byte) 'l').putLong(index).array();
  }

  private Path writeAheadLog() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("rocksdb"))) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .max(Comparator.naturalOrder())
          .orElseThrow();
    }
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static LogEntry command(long term, long index) {
    return new LogEntry.Command(new LogId(term, index), ("command " + index).getBytes(UTF_8));
  }
}
