package dev.orchestrator.store.sql;

import dev.orchestrator.raft.core.LogId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicated rows of one moment: a read transaction on a connection of its own, so writers go
 * on meanwhile. On SQLite the write-ahead log grows as long as this is open. Used by one thread at
 * a time.
 */
public final class PinnedState implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PinnedState.class);

  private final Connection connection;
  private final Dialect dialect;
  private final LogId id;
  private final long lastStampEpochMillis;
  private final String clusterId;
  private final int commandFormat;

  /** Takes a connection on which the transaction has begun; the first read pins the moment. */
  PinnedState(Connection connection, Dialect dialect) throws SQLException {
    this.connection = connection;
    this.dialect = dialect;
    record Applied(LogId id, long stamp, String clusterId) {}
    Applied applied =
        Statements.query(
                connection,
                """
                SELECT applied_index, applied_term, last_stamp_epoch_ms, cluster_id
                FROM raft_applied WHERE id = 1
                """,
                row ->
                    new Applied(
                        new LogId(row.number("applied_term"), row.number("applied_index")),
                        row.number("last_stamp_epoch_ms"),
                        row.text("cluster_id")))
            .getFirst();
    id = applied.id();
    lastStampEpochMillis = applied.stamp();
    clusterId = applied.clusterId();
    commandFormat =
        Statements.query(
                connection,
                "SELECT value FROM setting WHERE name = ?",
                row -> Integer.parseInt(row.text("value")),
                SettingTable.FORMAT)
            .stream()
            .findFirst()
            .orElse(1);
  }

  /** The last entry whose effects are in the rows. */
  public LogId id() {
    return id;
  }

  /** The newest stamp applied, milliseconds since 1970-01-01 UTC. */
  public long lastStampEpochMillis() {
    return lastStampEpochMillis;
  }

  /** The Raft group that the rows belong to, if they are bound to one. */
  public Optional<String> clusterId() {
    return clusterId.isEmpty() ? Optional.empty() : Optional.of(clusterId);
  }

  /** The tables of an image, in order: those that all members know by the agreed format. */
  public List<ReplicatedTable> tables() {
    return Tables.IMAGE.stream().filter(table -> table.format() <= commandFormat).toList();
  }

  /** Names of a table's columns, in order; the same on every backend. */
  public List<String> columns(ReplicatedTable table) {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT * FROM " + table.name() + " WHERE 1 = 0");
        ResultSet result = statement.executeQuery()) {
      ResultSetMetaData columns = result.getMetaData();
      List<String> names = new ArrayList<>();
      for (int column = 1; column <= columns.getColumnCount(); column++) {
        names.add(columns.getColumnLabel(column));
      }
      return names;
    } catch (SQLException e) {
      throw new StoreException("cannot read the columns of " + table.name(), e);
    }
  }

  /**
   * Hands the replicated rows of a table to the reader, one at a time, in the order of their key.
   *
   * @throws StoreException the backend failed
   */
  public <E extends Exception> void rows(ReplicatedTable table, CellReader<E> reader) throws E {
    try (PreparedStatement statement = connection.prepareStatement(table.select(dialect))) {
      statement.setFetchSize(dialect.streamedRows());
      try (ResultSet result = statement.executeQuery()) {
        @Nullable Object[] cells = new Object[result.getMetaData().getColumnCount()];
        while (result.next()) {
          for (int i = 0; i < cells.length; i++) {
            cells[i] = cell(result.getObject(i + 1));
          }
          reader.row(cells);
        }
      }
    } catch (SQLException e) {
      throw new StoreException("cannot read the rows of " + table.name(), e);
    }
  }

  /** Whole numbers as Long, texts as String, else null. */
  private static @Nullable Object cell(@Nullable Object value) {
    return value instanceof Number number ? (Object) number.longValue() : value;
  }

  /** Ends the transaction. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      LOG.debug("a pinned state could not be closed: {}", e.getMessage());
    }
  }

  /**
   * Takes rows.
   *
   * @param <E> what it may throw
   */
  public interface CellReader<E extends Exception> {
    /** Takes one row; the array is used again for the next. */
    void row(@Nullable Object[] cells) throws E;
  }
}
