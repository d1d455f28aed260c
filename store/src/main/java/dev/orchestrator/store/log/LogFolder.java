package dev.orchestrator.store.log;

import dev.orchestrator.store.sql.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of a member's Raft log. A damaged log is never used and never thrown away: it is set
 * aside, and the member begins anew as another incarnation, which neither votes nor counts until
 * the leader has swapped it in (rules I5, I6).
 */
public final class LogFolder {
  private static final Logger log = LoggerFactory.getLogger(LogFolder.class);
  private static final List<String> PARTS = List.of("rocksdb", "synced", "snapshots");
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS");

  private LogFolder() {}

  /**
   * Opens and checks the log in this folder, or begins one.
   *
   * @throws StoreException another process has it open, or it cannot be read or written
   */
  public static RocksLogStorage open(Path folder) {
    RocksLogStorage storage = null;
    try {
      storage = RocksLogStorage.open(folder);
      storage.load(_ -> {});
      RocksLogStorage checked = storage;
      storage = null;
      return checked;
    } catch (DamagedLogException e) {
      if (storage != null) {
        storage.close();
        storage = null;
      }
      Path aside = setAside(folder);
      log.error(
          "the Raft log is damaged and was set aside in {}; this member begins anew and votes"
              + " again once the leader has brought it up to date",
          aside,
          e);
      return RocksLogStorage.open(folder);
    } finally {
      if (storage != null) {
        storage.close();
      }
    }
  }

  private static Path setAside(Path folder) {
    Path aside = folder.resolve("damaged-" + STAMP.format(ZonedDateTime.now(ZoneOffset.UTC)));
    try {
      Files.createDirectories(aside);
      for (String part : PARTS) {
        if (Files.exists(folder.resolve(part))) {
          Files.move(folder.resolve(part), aside.resolve(part));
        }
      }
      return aside;
    } catch (IOException e) {
      throw new StoreException("cannot set the damaged Raft log in " + folder + " aside", e);
    }
  }
}
