package dev.orchestrator.store.sql;

import java.util.List;
import java.util.Optional;

/** Where a query runs: on a reader connection, or inside the transaction that is under way. */
sealed interface Reads permits ReadPool, Transaction {
  /**
   * Runs a query and maps each row. An {@link Optional} among the arguments is bound as its value
   * or NULL.
   *
   * @throws StoreException the backend failed or did not answer in time
   */
  <T> List<T> query(String sql, RowMapper<T> mapper, Object... arguments);

  /** The first row, if any. */
  default <T> Optional<T> first(String sql, RowMapper<T> mapper, Object... arguments) {
    return query(sql, mapper, arguments).stream().findFirst();
  }

  /** A single number, 0 when there is no row or it is NULL. */
  default long number(String sql, Object... arguments) {
    return first(sql, row -> row.number(1), arguments).orElse(0L);
  }
}
