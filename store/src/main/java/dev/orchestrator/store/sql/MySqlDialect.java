package dev.orchestrator.store.sql;

import java.util.List;

/**
 * MySQL 5.6 and newer, and MariaDB. Each column that is a key is at most 764 bytes long, since 5.6
 * allows 767. Immutable.
 */
record MySqlDialect() implements Dialect {
  @Override
  public String begin() {
    return "START TRANSACTION";
  }

  /**
   * Whether a commit waits for the disk is the server's setting: innodb_flush_log_at_trx_commit.
   */
  @Override
  public List<String> beforeSync() {
    return List.of();
  }

  @Override
  public List<String> afterSync() {
    return List.of();
  }

  @Override
  public boolean failuresMayEndTransactions() {
    return false;
  }

  @Override
  public String number() {
    return "BIGINT";
  }

  @Override
  public String key() {
    return "VARCHAR(" + Tables.MAX_KEY_LENGTH + ")";
  }

  @Override
  public String text() {
    return "LONGTEXT";
  }

  @Override
  public String indexedPart() {
    return "(" + Tables.MAX_KEY_LENGTH + ")";
  }

  @Override
  public String tableOptions() {
    return " ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";
  }

  /** A collation that pads would put {@code "a\t"} before {@code "a"}. */
  @Override
  public String asBytes(String column) {
    return "CAST(" + column + " AS BINARY)";
  }

  @Override
  public int streamedRows() {
    return Integer.MIN_VALUE; // the driver's sign for streaming
  }
}
