package dev.orchestrator.probe.mysql;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One row of a status statement, read by today's column names from servers that use either
 * vocabulary (Source_Host or Master_Host). Immutable; column names in any case.
 */
final class StatusRow {
  private final Map<String, @Nullable String> values;

  private StatusRow(Map<String, @Nullable String> values) {
    this.values = values;
  }

  /** Copies the result's current row. */
  static StatusRow of(ResultSet result) throws SQLException {
    ResultSetMetaData columns = result.getMetaData();
    Map<String, @Nullable String> values = new HashMap<>();
    for (int column = 1; column <= columns.getColumnCount(); column++) {
      String name = columns.getColumnLabel(column).toLowerCase(Locale.ROOT);
      values.put(name, result.getString(column));
    }
    return new StatusRow(values);
  }

  static StatusRow of(Map<String, String> row) {
    Map<String, @Nullable String> values = new HashMap<>();
    row.forEach((name, value) -> values.put(name.toLowerCase(Locale.ROOT), value));
    return new StatusRow(values);
  }

  /** The value, {@code ""} when it is NULL or there is no such column. */
  String text(String column) {
    String value = find(column);
    return value == null ? "" : value;
  }

  /** A GTID set without the line breaks that the server puts in. */
  String gtidSet(String column) {
    return text(column).replaceAll("\\s+", "");
  }

  boolean flag(String column) {
    String value = text(column);
    return value.equals("1") || value.equalsIgnoreCase("ON") || value.equalsIgnoreCase("Yes");
  }

  /** The number, empty when it is NULL, not a number, or there is no such column. */
  OptionalLong number(String column) {
    try {
      return OptionalLong.of(Long.parseLong(text(column).strip()));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private @Nullable String find(String column) {
    String name = column.toLowerCase(Locale.ROOT);
    return values.containsKey(name)
        ? values.get(name)
        : values.get(name.replace("source", "master").replace("replica", "slave"));
  }
}
