package dev.orchestrator.store.lab;

import dev.orchestrator.store.sql.Database;
import java.nio.file.Path;

/** Opens a test's database in another process. */
public final class KilledProcess {
  private KilledProcess() {}

  /** Opens the database of an address that {@link TestBackend#address} gave. */
  public static Database open(String address) {
    String[] words = address.split(" ", 3);
    return words[0].equals("mysql") && words.length == 3
        ? MySqlTestBackend.open(words[1], words[2])
        : Database.sqlite(Path.of(address));
  }
}
