package dev.orchestrator.jepsen.life;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The SQLite file of a node. Immutable. */
record SqliteFile(Path file) implements LifeDatabase {
  static SqliteFile of(LifeNode node) {
    return new SqliteFile(node.folder.resolve("db/orchestrator.db"));
  }

  @Override
  public String url() {
    return "jdbc:sqlite:" + file + "?busy_timeout=10000";
  }

  @Override
  public void wipe() {
    Path folder = file.getParent();
    LifeDatabase.remove(folder);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void copyTo(LifeDatabase other) {
    execute("backup to '" + ((SqliteFile) other).file + "'");
  }
}
