package dev.orchestrator.store.sql;

import java.sql.SQLException;

/** Makes a record of a row. */
@FunctionalInterface
interface RowMapper<T> {
  T map(Row row) throws SQLException;
}
