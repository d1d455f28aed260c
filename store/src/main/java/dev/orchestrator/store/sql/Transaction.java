package dev.orchestrator.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The write transaction that is under way. Whoever holds one is the only writer; it commits when
 * the body given to {@link Database} returns, and leaves no trace when the body throws. Confined to
 * that body.
 */
public final class Transaction implements Reads {
  private final Connection connection;

  Transaction(Connection connection) {
    this.connection = connection;
  }

  /** For statements that are run with many rows at once. */
  Connection connection() {
    return connection;
  }

  @Override
  public <T> List<T> query(String sql, RowMapper<T> mapper, Object... arguments) {
    try {
      return Statements.query(connection, sql, mapper, arguments);
    } catch (SQLException e) {
      throw new StoreException("query failed: " + sql.strip(), e);
    }
  }

  /** Runs a statement that changes rows and says how many. */
  int update(String sql, Object... arguments) {
    try {
      return Statements.update(connection, sql, arguments);
    } catch (SQLException e) {
      throw new StoreException("statement failed: " + sql.strip(), e);
    }
  }
}
