package dev.orchestrator.store.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Brings the schema up to date: one list of scripts for all dialects, each run once, in one
 * transaction with the version that it makes. Where a table cannot be made in a transaction (MySQL
 * commits at each), the version is written last, and every statement bears to be run again. A
 * script is never changed once released; a change is a new script.
 */
final class Migrations {
  /** Script n (from 1) makes version n. */
  private static final List<String> SCRIPTS =
      List.of("V1__first_tables.sql", "V2__notes_and_state_hashes.sql");

  private static final Pattern COMMENT = Pattern.compile("^--.*\\R", Pattern.MULTILINE);
  private static final Pattern END = Pattern.compile(";\\s*\\R");

  private Migrations() {}

  /**
   * Runs what is missing.
   *
   * @throws StoreException the schema is newer than this program, or a script failed
   */
  static void run(Writer writer, Backend backend) {
    Dialect dialect = backend.dialect();
    long found = writer.first(tx -> version(tx, dialect));
    if (found > SCRIPTS.size()) {
      throw new StoreException(
          backend.describe()
              + " has schema version "
              + found
              + ", this program knows up to "
              + SCRIPTS.size()
              + "; install the newer version again, or restore a backup");
    }
    for (int version = (int) found + 1; version <= SCRIPTS.size(); version++) {
      List<String> statements = statements(dialect, version);
      long made = version;
      writer.synced(
          tx -> {
            statements.forEach(sql -> runOnce(tx, dialect, sql));
            return tx.update("REPLACE INTO schema_version (version) VALUES (?)", made);
          });
    }
  }

  private static long version(Transaction tx, Dialect dialect) {
    tx.update(
        dialect.inWords(
            "CREATE TABLE IF NOT EXISTS schema_version"
                + " (version ${number} NOT NULL PRIMARY KEY)${options}"));
    return tx.number("SELECT MAX(version) FROM schema_version");
  }

  private static void runOnce(Transaction tx, Dialect dialect, String sql) {
    try {
      tx.update(sql);
    } catch (StoreException e) {
      if (!(e.getCause() instanceof SQLException cause) || !dialect.isMadeAlready(cause)) {
        throw e;
      }
    }
  }

  /** Statements of the script that makes the version, in the words of the dialect. */
  static List<String> statements(Dialect dialect, int version) {
    String script = COMMENT.matcher(read(SCRIPTS.get(version - 1))).replaceAll("");
    return END.splitAsStream(dialect.inWords(script)).filter(sql -> !sql.isBlank()).toList();
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
