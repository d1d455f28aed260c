package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The current row of a result, read by column name. Confined to its query. */
final class Row {
  private final ResultSet result;

  Row(ResultSet result) {
    this.result = result;
  }

  long number(int column) throws SQLException {
    return result.getLong(column);
  }

  long number(String column) throws SQLException {
    return result.getLong(column);
  }

  int smallNumber(String column) throws SQLException {
    return result.getInt(column);
  }

  OptionalLong maybeNumber(String column) throws SQLException {
    long value = result.getLong(column);
    return result.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
  }

  boolean flag(String column) throws SQLException {
    return result.getLong(column) != 0;
  }

  String text(String column) throws SQLException {
    return result.getString(column);
  }

  List<String> texts(String column) throws SQLException {
    return TextList.split(text(column));
  }

  List<InstanceKey> keys(String column) throws SQLException {
    return TextList.splitKeys(text(column));
  }

  /** Address in the columns {@code <prefix>host} and {@code <prefix>port}. */
  InstanceKey key(String prefix) throws SQLException {
    return new InstanceKey(text(prefix + "host"), smallNumber(prefix + "port"));
  }

  /** Place in the columns {@code <prefix>_log_file} and {@code <prefix>_log_position}. */
  BinlogCoordinates coordinates(String prefix) throws SQLException {
    return new BinlogCoordinates(text(prefix + "_log_file"), number(prefix + "_log_position"));
  }

  Instant epochMillis(String column) throws SQLException {
    return Instant.ofEpochMilli(number(column));
  }

  Optional<Instant> maybeEpochMillis(String column) throws SQLException {
    OptionalLong value = maybeNumber(column);
    return value.isPresent()
        ? Optional.of(Instant.ofEpochMilli(value.getAsLong()))
        : Optional.empty();
  }

  Instant epochMicros(String column) throws SQLException {
    return Instant.EPOCH.plus(number(column), ChronoUnit.MICROS);
  }
}
