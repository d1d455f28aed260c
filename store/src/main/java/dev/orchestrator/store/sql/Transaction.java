package dev.orchestrator.store.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The write transaction that is under way. Whoever holds one is the only writer; it commits when
 * the body given to {@link Database} returns, and leaves no trace when the body throws. Confined to
 * that body.
 */
public final class Transaction implements Reads {
  /** Rows that wait at most: one round trip to a server for all of them. */
  private static final int MAX_WAITING = 256;

  private final Connection connection;
  private final List<Object[]> waiting = new ArrayList<>();

  /** The statement of the rows that wait. */
  private String waitingSql = "";

  Transaction(Connection connection) {
    this.connection = connection;
  }

  /** For statements that are run with many rows at once. */
  Connection connection() {
    send();
    return connection;
  }

  @Override
  public <T> List<T> query(String sql, RowMapper<T> mapper, Object... arguments) {
    send();
    try {
      return Statements.query(connection, sql, mapper, arguments);
    } catch (SQLException e) {
      throw new StoreException("query failed: " + sql.strip(), e);
    }
  }

  /** Runs a statement once for each of the rows of arguments, sent together. */
  void updateAll(String sql, List<Object[]> rows) {
    send();
    try {
      Statements.updateAll(connection, sql, rows);
    } catch (SQLException e) {
      throw new StoreException("statement failed: " + sql.strip(), e);
    }
  }

  /** Runs a statement that changes rows and says how many. */
  int update(String sql, Object... arguments) {
    send();
    try {
      return Statements.update(connection, sql, arguments);
    } catch (SQLException e) {
      throw new StoreException("statement failed: " + sql.strip(), e);
    }
  }

  /**
   * Puts a row when the next other statement needs it to be there, at the commit at the latest:
   * rows of one table that follow each other go to a server together. A failure shows only then.
   */
  void put(String sql, Object... arguments) {
    if (!sql.equals(waitingSql) || waiting.size() == MAX_WAITING) {
      send();
      waitingSql = sql;
    }
    waiting.add(arguments);
  }

  /** Sends the rows that wait. */
  void send() {
    if (waiting.isEmpty()) {
      return;
    }
    List<Object[]> rows = List.copyOf(waiting);
    waiting.clear();
    try {
      Statements.updateAll(connection, waitingSql, rows);
    } catch (SQLException e) {
      throw new StoreException("statement failed: " + waitingSql.strip(), e);
    }
  }
}
