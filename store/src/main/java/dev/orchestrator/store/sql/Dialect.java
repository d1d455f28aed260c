package dev.orchestrator.store.sql;

import java.util.List;
import java.util.Map;

/**
 * Everything in which the SQL of the backends differs. All other statements are understood by
 * SQLite, MySQL 5.7 and newer, and MariaDB alike; rows are replaced by {@code REPLACE}, which means
 * the same in all of them, also when a second unique key is hit. Immutable.
 */
sealed interface Dialect permits SqliteDialect, MySqlDialect {
  /** Starts a transaction that may write. */
  String begin();

  /** Statements that make the next commit reach the disk before it returns. */
  List<String> beforeSync();

  /** Statements that take {@link #beforeSync} back. */
  List<String> afterSync();

  /** Whether a failed statement may have ended its transaction, so that ROLLBACK fails too. */
  boolean failuresMayEndTransactions();

  /** Type of whole numbers, 64 bits. */
  String number();

  /** Type of texts in keys: up to {@link Tables#MAX_KEY_LENGTH} characters, compared as bytes. */
  String key();

  /** Type of texts of any length, compared as bytes. */
  String text();

  /** What stands behind a column of type {@link #text} in an index. */
  String indexedPart();

  /** What stands behind a table's columns. */
  String tableOptions();

  /** A text column in an ORDER BY, so that texts sort as their bytes in UTF-8. */
  String asBytes(String column);

  /** Fetch size with which the rows of a result arrive as they are read, not all at once. */
  int streamedRows();

  /** This dialect's words in the scripts, by the placeholders that stand for them. */
  default Map<String, String> words() {
    return Map.of("number", number(), "key", key(), "text", text(), "options", tableOptions());
  }
}
