package dev.orchestrator.store.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Brings the schema up to date: one list of scripts, each run once, in one transaction with the
 * version that it makes. A script is never changed once released; a change is a new script.
 */
final class Migrations {
  /** Script n (from 1) makes version n. */
  private static final List<String> SCRIPTS = List.of("V1__first_tables.sql");

  private Migrations() {}

  /**
   * Runs what is missing.
   *
   * @throws StoreException the schema is newer than this program, or a script failed
   */
  static void run(Writer writer, String database) {
    long found = writer.first(Migrations::version);
    if (found > SCRIPTS.size()) {
      throw new StoreException(
          database
              + " has schema version "
              + found
              + ", this program knows up to "
              + SCRIPTS.size()
              + "; install the newer version again, or restore a backup");
    }
    for (int version = (int) found + 1; version <= SCRIPTS.size(); version++) {
      String script = read(SCRIPTS.get(version - 1));
      long made = version;
      writer.synced(
          tx -> {
            statements(script).forEach(tx::update);
            return tx.update("INSERT INTO schema_version (version) VALUES (?)", made);
          });
    }
  }

  private static long version(Transaction tx) {
    tx.update("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY)");
    return tx.number("SELECT MAX(version) FROM schema_version");
  }

  private static List<String> statements(String script) {
    return List.of(script.split(";\\s*\\n")).stream().filter(s -> !s.isBlank()).toList();
  }

  private static String read(String name) {
    try (InputStream in = Migrations.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new StoreException("script " + name + " is missing in the program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new StoreException("cannot read script " + name, e);
    }
  }
}
