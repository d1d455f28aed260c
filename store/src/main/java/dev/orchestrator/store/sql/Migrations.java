package dev.orchestrator.store.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.Location;
import org.flywaydb.core.api.MigrationVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date by Flyway: {@link SchemaScripts}, each run once, then {@link
 * SchemaIndexes}. Flyway is only called when its history does not say that all is done, and mends a
 * failed run of before by itself, since everything it runs bears to be run again.
 *
 * <p>The caller holds what keeps other nodes away from the database, so nobody else migrates it.
 */
final class Migrations {
  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

  /** Flyway's table of what was run. */
  static final String HISTORY = "flyway_schema_history";

  private final Backend backend;
  private final SchemaScripts scripts = new SchemaScripts();
  private final SchemaIndexes indexes;

  Migrations(Backend backend) {
    this.backend = backend;
    this.indexes = new SchemaIndexes(backend.dialect());
  }

  /**
   * Runs what is missing.
   *
   * @throws StoreException the schema is newer than this program or was made by other scripts (then
   *     nothing was changed), or a script failed (then the next start goes on from there)
   */
  static void run(Writer writer, Backend backend) {
    new Migrations(backend).run(writer, backend.migrationSource());
  }

  /** The same, with Flyway's connections from elsewhere. */
  void run(Writer writer, DataSource source) {
    List<Run> runs = writer.first(Migrations::history);
    runs.forEach(this::requireOurs);
    if (isCurrent(runs)) {
      return;
    }
    long startedAt = System.nanoTime();
    Flyway flyway = flyway(source);
    try {
      if (!runs.stream().allMatch(Run::success)) {
        LOG.warn("{} has a migration that failed; it is run again", backend.describe());
        flyway.repair();
      }
      flyway.migrate();
    } catch (FlywayException e) {
      throw new StoreException(
          "cannot bring " + backend.describe() + " to schema version " + SchemaScripts.NEWEST, e);
    }
    LOG.info(
        "brought {} to schema version {} from={} ms={}",
        backend.describe(),
        SchemaScripts.NEWEST,
        runs.stream().filter(Run::success).mapToInt(Run::number).max().orElse(0),
        (System.nanoTime() - startedAt) / 1_000_000);
  }

  /** A row of the history. The version is empty for {@link SchemaIndexes}. */
  private record Run(
      String version, String description, String script, int checksum, boolean success) {
    /** 0 for what is none of our versions. */
    int number() {
      return version.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(version) : 0;
    }
  }

  /** Oldest first; empty when there is no history yet. */
  private static List<Run> history(Transaction tx) {
    try (ResultSet table =
        tx.connection()
            .getMetaData()
            .getTables(tx.connection().getCatalog(), null, HISTORY, null)) {
      if (!table.next()) {
        return List.of();
      }
    } catch (SQLException e) {
      throw new StoreException("cannot look for table " + HISTORY, e);
    }
    return tx.query(
        "SELECT COALESCE(version, '') AS version, description, script,"
            + " COALESCE(checksum, 0) AS checksum, success FROM "
            + HISTORY
            + " WHERE type <> 'BASELINE' ORDER BY installed_rank",
        row ->
            new Run(
                row.text("version"),
                row.text("description"),
                row.text("script"),
                row.smallNumber("checksum"),
                row.flag("success")));
  }

  private void requireOurs(Run run) {
    if (run.version().isEmpty()) {
      return;
    }
    if (MigrationVersion.fromVersion(run.version())
        .isNewerThan(Integer.toString(SchemaScripts.NEWEST))) {
      throw new StoreException(
          backend.describe()
              + " has schema version "
              + run.version()
              + ", this program knows up to "
              + SchemaScripts.NEWEST
              + "; install the newer version again, or restore a backup");
    }
    if (run.success() && !isOurs(run)) {
      throw new StoreException(
          backend.describe()
              + " has schema version "
              + run.version()
              + " by "
              + run.script()
              + ", which is not this program's; install the program that made it again, or restore"
              + " a backup");
    }
  }

  private boolean isOurs(Run run) {
    return run.number() > 0 && run.checksum() == scripts.checksum(run.number());
  }

  private boolean isCurrent(List<Run> runs) {
    Map<String, Integer> newest = new HashMap<>();
    runs.forEach(run -> newest.put(run.version() + run.description(), run.checksum()));
    return runs.stream().allMatch(Run::success)
        && runs.stream().filter(run -> run.number() > 0).count() == SchemaScripts.NEWEST
        && indexes.getChecksum().equals(newest.get(SchemaIndexes.DESCRIPTION));
  }

  private Flyway flyway(DataSource source) {
    return Flyway.configure(Migrations.class.getClassLoader())
        .loggers(FlywayLogs.class.getName())
        .dataSource(source)
        .table(HISTORY)
        .installedBy("orchestrator")
        .resourceProvider(scripts)
        .javaMigrationClassProvider(List::of)
        .javaMigrations(indexes)
        .skipDefaultCallbacks(true)
        .callbackLocations(new Location[0])
        .placeholders(backend.dialect().words())
        // Programs before Flyway left no history; our scripts pass over what they made.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load();
  }
}
