package dev.orchestrator.store.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reader connections. Thread-safe. */
final class ReadPool implements Reads, AutoCloseable {
  private final HikariDataSource connections;
  private final BackendThreads threads;

  ReadPool(HikariDataSource connections, BackendThreads threads) {
    this.connections = connections;
    this.threads = threads;
  }

  @Override
  public <T> List<T> query(String sql, RowMapper<T> mapper, Object... arguments) {
    return threads.call(() -> queryHere(sql, mapper, arguments));
  }

  private <T> List<T> queryHere(String sql, RowMapper<T> mapper, Object... arguments) {
    try (Connection connection = connections.getConnection()) {
      return Statements.query(connection, sql, mapper, arguments);
    } catch (SQLException e) {
      throw new StoreException("query failed: " + sql.strip(), e);
    }
  }

  @Override
  public void close() {
    threads.close();
    connections.close();
  }
}
