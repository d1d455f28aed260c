package dev.orchestrator.store.sql;

import dev.orchestrator.raft.core.LogId;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts other rows in the place of all replicated ones, within one transaction: what is not put in
 * is gone. Confined to the body given to {@link Database#replaceState}.
 */
public final class StateReplacement {
  /** Rows sent to the backend at once. */
  private static final int BATCH = 256;

  private final Transaction tx;

  StateReplacement(Transaction tx) {
    this.tx = tx;
  }

  /** Deletes every replicated row. */
  void clear() {
    Tables.IMAGE.forEach(table -> tx.update(table.deleteAll()));
  }

  /**
   * Fills a table.
   *
   * @param columns names of the columns that the rows have
   * @throws StoreException the backend failed
   */
  public <E extends Exception> void fill(
      ReplicatedTable table, List<String> columns, RowSource<E> rows) throws E {
    String sql =
        "INSERT INTO "
            + table.name()
            + " ("
            + String.join(", ", columns)
            + ") VALUES ("
            + String.join(", ", Collections.nCopies(columns.size(), "?"))
            + ")";
    try (PreparedStatement insert = tx.connection().prepareStatement(sql)) {
      int waiting = 0;
      for (@Nullable Object[] row = rows.next(); row != null; row = rows.next()) {
        for (int i = 0; i < row.length; i++) {
          insert.setObject(i + 1, row[i]);
        }
        insert.addBatch();
        if (++waiting == BATCH) {
          insert.executeBatch();
          waiting = 0;
        }
      }
      if (waiting > 0) {
        insert.executeBatch();
      }
    } catch (SQLException e) {
      throw new StoreException("cannot fill " + table.name(), e);
    }
  }

  /**
   * Says where the rows belong.
   *
   * @throws StoreException these rows are of another Raft group than this database
   */
  public void finish(LogId id, long lastStampEpochMillis, Optional<String> clusterId) {
    clusterId.ifPresent(group -> AppliedTable.bindTo(tx, group));
    tx.update(
        """
        UPDATE raft_applied SET applied_index = ?, applied_term = ?, last_stamp_epoch_ms = ?
        WHERE id = 1
        """,
        id.index(),
        id.term(),
        lastStampEpochMillis);
  }

  /** Lets the check see the rows as they would be; it throws if they must not stay. */
  public void check(Consumer<Transaction> check) {
    check.accept(tx);
  }

  /**
   * Rows, one at a time.
   *
   * @param <E> what it may throw
   */
  public interface RowSource<E extends Exception> {
    /** The next row: a Long, a String or null per column; null behind the last. */
    @Nullable Object @Nullable [] next() throws E;
  }
}
