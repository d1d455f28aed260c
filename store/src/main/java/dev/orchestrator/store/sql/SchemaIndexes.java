package dev.orchestrator.store.sql;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.core.api.migration.JavaMigration;
import org.jspecify.annotations.Nullable;

/**
 * The indexes besides the keys in the tables: after the versioned scripts, whenever this list has
 * changed, those that are missing are made. Not SQL, since MySQL knows no CREATE INDEX IF NOT
 * EXISTS and commits at each, so that a script could not be run again behind a death. Immutable.
 */
record SchemaIndexes(Dialect dialect) implements JavaMigration {
  static final String DESCRIPTION = "indexes";

  /** A column with a star is a text of any length. */
  private static final List<Index> ALL =
      List.of(
          new Index("failure_detection_active", "failure_detection", "active, host, port"),
          new Index("failure_detection_alias", "failure_detection", "cluster_alias*"),
          new Index("recovery_cluster_id", "recovery", "cluster_id"),
          new Index("recovery_cluster_name", "recovery", "cluster_name*"),
          new Index("recovery_cluster_alias", "recovery", "cluster_alias*"),
          new Index("recovery_ended", "recovery", "ended_at_epoch_ms"),
          new Index("recovery_lock_uid", "recovery_lock", "recovery_uid"),
          new Index("maintenance_instance", "maintenance", "host, port"),
          // Flyway's own; a death between its table and this index would leave it out for good.
          new Index(Migrations.HISTORY + "_s_idx", Migrations.HISTORY, "success"));

  private record Index(String name, String table, String columns) {}

  /** None: Flyway runs it behind all versions, and again when the checksum is another. */
  @Override
  public @Nullable MigrationVersion getVersion() {
    return null;
  }

  @Override
  public String getDescription() {
    return DESCRIPTION;
  }

  @Override
  public Integer getChecksum() {
    CRC32 sum = new CRC32();
    sum.update(ALL.toString().getBytes(StandardCharsets.UTF_8));
    return (int) sum.getValue();
  }

  @Override
  public boolean canExecuteInTransaction() {
    return true;
  }

  @Override
  public void migrate(Context context) throws SQLException {
    Connection connection = context.getConnection();
    for (Index index : ALL) {
      if (!present(connection, index.table()).contains(index.name())) {
        try (Statement statement = connection.createStatement()) {
          statement.execute(
              "CREATE INDEX "
                  + index.name()
                  + " ON "
                  + index.table()
                  + " ("
                  + index.columns().replace("*", dialect.indexedPart())
                  + ")");
        }
      }
    }
  }

  private static Set<String> present(Connection connection, String table) throws SQLException {
    Set<String> names = new HashSet<>();
    try (ResultSet row =
        connection.getMetaData().getIndexInfo(connection.getCatalog(), null, table, false, true)) {
      while (row.next()) {
        names.add(String.valueOf(row.getString("INDEX_NAME")).toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }
}
