package dev.orchestrator.store.sql;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table whose rows belong to an image of the replicated state. Immutable.
 *
 * @param name its name
 * @param key the columns of its primary key, in order
 * @param rows which of its rows are replicated, as a condition; empty for all
 * @param format the format of commands from which on it has rows: images of before are without it,
 *     since members that do not know it would refuse them
 */
public record ReplicatedTable(String name, List<Key> key, String rows, int format) {
  /**
   * A column of a key.
   *
   * @param text whether it holds text, which sorts as bytes; else whole numbers
   */
  public record Key(String column, boolean text) {}

  public ReplicatedTable {
    key = List.copyOf(key);
  }

  /** All rows of a table, with its key as {@code "host text, port"}. */
  static ReplicatedTable of(String name, String key) {
    return of(name, key, "");
  }

  static ReplicatedTable of(String name, String key, String rows) {
    return new ReplicatedTable(
        name, Arrays.stream(key.split(", ")).map(Tables::key).toList(), rows, 1);
  }

  ReplicatedTable since(int commandFormat) {
    return new ReplicatedTable(name, key, rows, commandFormat);
  }

  /** The rows in an order that is the same on every backend. */
  String select(Dialect dialect) {
    String order =
        key.stream()
            .map(part -> part.text() ? dialect.asBytes(part.column()) : part.column())
            .collect(Collectors.joining(", "));
    return "SELECT * FROM " + name + where() + " ORDER BY " + order;
  }

  String deleteAll() {
    return "DELETE FROM " + name + where();
  }

  private String where() {
    return rows.isEmpty() ? "" : " WHERE " + rows;
  }
}
