package dev.orchestrator.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.store.sql.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real file system of 64 MB that fills up under the log. Needs root. */
class FullDiskIT {
  private static final int BATCH = 100;

  @TempDir Path parent;
  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(parent.resolve("disk"));
    run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "-l", disk.toString()); // the native library in it stays mapped
  }

  @Test
  void aFullDiskAcknowledgesNothingMoreAndLosesNothingAcknowledged() throws Exception {
    Path ballast = disk.resolve("ballast");
    long acknowledged;
    try (RocksLogStorage log = open()) {
      log.persist(new HardState(1, null), 0, LogCutTest.commands(1, 1, BATCH, 1_000));
      acknowledged = BATCH;
      fill(ballast);
      StoreException refused = null;
      while (refused == null) {
        try {
          long next = acknowledged + 1;
          log.persist(null, 0, LogCutTest.commands(1, next, next + BATCH - 1, 1_000));
          acknowledged += BATCH;
        } catch (StoreException e) {
          refused = e;
        }
      }
      assertThat(refused).hasMessageContaining("cannot write the Raft log");
      long beyond = acknowledged + 1;
      assertThatThrownBy(() -> log.persist(null, 0, LogCutTest.commands(1, beyond, beyond, 1_000)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("restart the process");
    }
    Files.delete(ballast);
    List<LogEntry> entries = new ArrayList<>();
    try (RocksLogStorage log = open()) {
      log.load(entries::add);
    }
    assertThat(entries).hasSizeGreaterThanOrEqualTo((int) acknowledged);
  }

  private RocksLogStorage open() {
    RocksLogStorage log = RocksLogStorage.open(disk);
    log.load(_ -> {});
    return log;
  }

  private static void fill(Path ballast) throws IOException {
    try (var out = Files.newOutputStream(ballast)) {
      byte[] block = new byte[1 << 16];
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
  }
}
