package dev.orchestrator.store.fsm;

import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.sql.Tables;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** All replicated rows of a database as text, the same on every backend. */
final class Dump {
  private Dump() {}

  static List<String> of(Path file) throws SQLException {
    return of(TestBackend.sqlite(file.getParent()), file.getFileName().toString());
  }

  static List<String> of(TestBackend backend, String name) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Connection connection = backend.connect(name)) {
      for (String table : Tables.REPLICATED) {
        String where = table.equals("setting") ? " WHERE name NOT LIKE 'local.%'" : "";
        lines.addAll(rows(connection, "SELECT * FROM " + table + where + " ORDER BY 1, 2"));
      }
    }
    return lines;
  }

  static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (var statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        StringBuilder line = new StringBuilder(result.getMetaData().getTableName(1));
        for (int i = 1; i <= columns; i++) {
          String name = result.getMetaData().getColumnName(i);
          line.append(' ').append(name).append('=').append(result.getString(i));
        }
        lines.add(line.toString());
      }
    }
    return lines;
  }
}
