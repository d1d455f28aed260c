package dev.orchestrator.store.sql;

import java.util.List;

/** SQLite, embedded. Immutable. */
record SqliteDialect() implements Dialect {
  /**
   * BEGIN IMMEDIATE takes the write lock at once, so a transaction never finds out halfway that it
   * may not write.
   */
  @Override
  public String begin() {
    return "BEGIN IMMEDIATE";
  }

  @Override
  public List<String> beforeSync() {
    return List.of("PRAGMA synchronous = FULL");
  }

  @Override
  public List<String> afterSync() {
    return List.of("PRAGMA synchronous = NORMAL");
  }

  @Override
  public boolean failuresMayEndTransactions() {
    return true;
  }

  @Override
  public String number() {
    return "INTEGER";
  }

  @Override
  public String key() {
    return "TEXT";
  }

  @Override
  public String text() {
    return "TEXT";
  }

  @Override
  public String indexedPart() {
    return "";
  }

  @Override
  public String tableOptions() {
    return "";
  }

  @Override
  public String asBytes(String column) {
    return column;
  }

  @Override
  public int streamedRows() {
    return 0; // a row is made when it is asked for
  }
}
