package dev.orchestrator.store.sql;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Tables, columns, keys and indexes of a database, and what was run to make them, as lines. */
final class SchemaDump {
  private SchemaDump() {}

  static List<String> of(Connection connection) throws SQLException {
    DatabaseMetaData data = connection.getMetaData();
    String here = connection.getCatalog();
    List<String> lines = new ArrayList<>();
    for (String table :
        column(data.getTables(here, null, "%", new String[] {"TABLE"}), "TABLE_NAME")) {
      lines.add(table);
      lines.addAll(
          lines(
              data.getColumns(here, null, table, "%"),
              "  column",
              "COLUMN_NAME",
              "TYPE_NAME",
              "COLUMN_SIZE",
              "IS_NULLABLE",
              "ORDINAL_POSITION"));
      lines.addAll(
          lines(data.getPrimaryKeys(here, null, table), "  key", "KEY_SEQ", "COLUMN_NAME"));
      lines.addAll(
          lines(
              data.getIndexInfo(here, null, table, false, true),
              "  index",
              "INDEX_NAME",
              "ORDINAL_POSITION",
              "COLUMN_NAME",
              "NON_UNIQUE"));
    }
    lines.addAll(history(connection));
    return lines;
  }

  /** Without baselines: whether there is one depends on what was there before. */
  static List<String> history(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      return lines(
          statement.executeQuery(
              "SELECT version, description, type, script, checksum, success FROM "
                  + Migrations.HISTORY
                  + " WHERE type <> 'BASELINE'"),
          "run",
          "version",
          "description",
          "type",
          "script",
          "checksum",
          "success");
    }
  }

  private static TreeSet<String> column(ResultSet result, String name) throws SQLException {
    TreeSet<String> values = new TreeSet<>();
    try (result) {
      while (result.next()) {
        values.add(result.getString(name));
      }
    }
    return values;
  }

  private static List<String> lines(ResultSet result, String kind, String... columns)
      throws SQLException {
    List<String> lines = new ArrayList<>();
    try (result) {
      while (result.next()) {
        StringBuilder line = new StringBuilder(kind);
        for (String column : columns) {
          line.append(' ').append(column).append('=').append(result.getString(column));
        }
        lines.add(line.toString());
      }
    }
    return lines.stream().sorted().toList();
  }
}
