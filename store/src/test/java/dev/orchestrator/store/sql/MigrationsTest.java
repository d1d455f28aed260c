package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.lab.TestBackend;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The contract of migrations, on SQLite. */
class MigrationsTest {
  private static final InstanceKey DB1 = new InstanceKey("db1", 3306);

  @TempDir Path folder;

  private TestBackend databases;

  /** Another backend keeps the same contract: its test overrides this. */
  TestBackend databases() {
    return TestBackend.sqlite(folder);
  }

  /** Beneath {@link TestBackend#open}. */
  Backend backend(String name) {
    return SqliteFile.take(folder.resolve(name));
  }

  /** Makes a database that has nothing in it. */
  void create(String name) {
    // connecting makes the file
  }

  /** Every how-manieth statement is tried as the last one before a death. */
  int step() {
    return 1;
  }

  @BeforeEach
  void begin() {
    databases = databases();
  }

  private List<String> schema(String name) throws SQLException {
    try (Connection connection = databases.connect(name)) {
      return SchemaDump.of(connection);
    }
  }

  private void execute(String name, String... statements) throws SQLException {
    try (Connection connection = databases.connect(name);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** Migrates with other connections than the usual ones. */
  private void migrate(String name, UnaryOperator<DataSource> source) {
    try (Backend backend = backend(name);
        Writer writer = new Writer(backend)) {
      new Migrations(backend).run(writer, source.apply(backend.migrationSource()));
    }
  }

  private List<String> undisturbed() throws SQLException {
    databases.open("undisturbed").close();
    return schema("undisturbed");
  }

  private void assertUsable(String name) {
    try (Database database = databases.open(name)) {
      assertThat(database.applied().id()).isEqualTo(LogId.ZERO);
      database.instances().save(List.of(Instance.known(DB1)));
      database.probe();
    }
  }

  @Test
  void aDeathBehindAnyStatementIsMadeGoodByTheNextStart() throws SQLException {
    dieBehindEvery(step());
  }

  void dieBehindEvery(int step) throws SQLException {
    List<String> wanted = undisturbed();
    int all = Integer.MAX_VALUE;
    for (int last = 1; last <= all; last += step) {
      String name = "died" + last;
      CutSource[] cut = new CutSource[1];
      int deathBehind = last;
      try {
        migrate(name, inner -> (cut[0] = CutSource.dyingBehind(deathBehind, inner)).source());
        all = cut[0].writes(); // it was through before it died
      } catch (StoreException e) {
        assertThat(e).hasStackTraceContaining("cut");
      }
      assertUsable(name);
      assertThat(schema(name)).as("died behind write " + last).isEqualTo(wanted);
    }
    assertThat(all).isBetween(20, 100);
  }

  /** Flyway notes a failure in its history, and would wait for somebody to repair that. */
  @Test
  void aRefusedStatementIsRunAgainByTheNextStart() throws SQLException {
    List<String> wanted = undisturbed();
    boolean refused = true;
    for (int passed = 0; refused; passed += step()) {
      CutSource[] cut = new CutSource[1];
      int refusedBehind = passed;
      try {
        // The same database each time: what is done stays, the next one fails a little later.
        migrate("refused", in -> (cut[0] = CutSource.refusingBehind(refusedBehind, in)).source());
        refused = cut[0].writes() > passed;
      } catch (StoreException e) {
        assertThat(e)
            .hasMessageContaining("cannot bring ")
            .hasMessageContaining(" to schema version " + SchemaScripts.NEWEST + ": ")
            .hasMessageContaining("refused: ");
        assertThat(e.getMessage()).hasLineCount(1);
      }
    }
    assertUsable("refused");
    assertThat(schema("refused")).isEqualTo(wanted);
  }

  @Test
  void aCurrentSchemaIsNotGivenToFlyway() throws SQLException {
    databases.open("current").close();
    migrate(
        "current",
        _ -> {
          return null; // would be a NullPointerException in Flyway
        });
  }

  @Test
  void aNewerSchemaIsRefusedAndNotTouched() throws SQLException {
    databases.open("newer").close();
    execute(
        "newer",
        "INSERT INTO "
            + Migrations.HISTORY
            + " (installed_rank, version, description, type, script, checksum, installed_by,"
            + " execution_time, success)"
            + " VALUES (90, '99', 'later', 'SQL', 'V99__later.sql', 5, 'x', 1, 1)",
        "DELETE FROM schema_version",
        "UPDATE "
            + Migrations.HISTORY
            + " SET success = 0 WHERE version = '"
            + SchemaScripts.NEWEST
            + "'");
    List<String> before = schema("newer");
    assertThatThrownBy(() -> databases.open("newer"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(
            " has schema version 99, this program knows up to "
                + SchemaScripts.NEWEST
                + "; install the newer version again, or restore a backup");
    assertThat(schema("newer")).isEqualTo(before);
    execute("newer", "DELETE FROM " + Migrations.HISTORY + " WHERE version = '99'");
    assertUsable("newer");
    assertThat(schema("newer")).isEqualTo(undisturbed());
  }

  @Test
  void aSchemaByOtherScriptsIsRefusedAndNotTouched() throws SQLException {
    databases.open("other").close();
    execute("other", "UPDATE " + Migrations.HISTORY + " SET checksum = 1 WHERE version = '2'");
    List<String> before = schema("other");
    assertThatThrownBy(() -> databases.open("other"))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("schema version 2 by V2__notes_and_state_hashes.sql, which is not");
    assertThat(schema("other")).isEqualTo(before);
  }

  @Test
  void anotherListOfIndexesMakesWhatIsMissing() throws SQLException {
    List<String> wanted = undisturbed();
    databases.open("indexes").close();
    execute(
        "indexes",
        "DROP TABLE maintenance", // as if it had been made without
        maintenanceWithoutIndex(),
        "UPDATE " + Migrations.HISTORY + " SET checksum = 1 WHERE version IS NULL");
    assertThat(schema("indexes")).isNotEqualTo(wanted);
    assertUsable("indexes");
    assertThat(schema("indexes").stream().filter(line -> line.startsWith("  index")))
        .containsExactlyElementsOf(
            wanted.stream().filter(line -> line.startsWith("  index")).toList());
    migrate("indexes", _ -> null);
  }

  private String maintenanceWithoutIndex() {
    return statements("V2__notes_and_state_hashes.sql").stream()
        .filter(sql -> sql.contains("CREATE TABLE IF NOT EXISTS maintenance"))
        .findFirst()
        .orElseThrow();
  }

  /** Until version 2 the program ran its scripts by itself, with a table of its own. */
  @Test
  void aDatabaseOfTheFormerRunnerIsTakenOverWithItsRows() throws SQLException {
    create("former");
    execute("former", formerVersions());
    execute("former", statements("V1__first_tables.sql").toArray(String[]::new));
    execute("former", statements("V2__notes_and_state_hashes.sql").toArray(String[]::new));
    execute(
        "former",
        "INSERT INTO schema_version VALUES (1)",
        "INSERT INTO schema_version VALUES (2)",
        "UPDATE raft_applied SET cluster_id = 'group-1', applied_index = 77, applied_term = 3,"
            + " last_stamp_epoch_ms = 5",
        "INSERT INTO discovery_seed VALUES ('db1', 3306)",
        "INSERT INTO setting VALUES ('local.x', 'y')");
    for (int start = 0; start < 2; start++) {
      try (Database database = databases.open("former")) {
        assertThat(database.applied().id()).isEqualTo(new LogId(3, 77));
        assertThat(database.clusterId()).contains("group-1");
        assertThat(database.seeds().all()).containsExactly(DB1);
      }
    }
    assertThat(schema("former")).isEqualTo(undisturbed());
    execute("former", "SELECT MAX(version) FROM schema_version HAVING MAX(version) = 3");
  }

  @Test
  void aDatabaseThatTheFormerRunnerLeftHalfMadeIsCompleted() throws SQLException {
    List<String> wanted = undisturbed();
    List<String> statements =
        Stream.of("V1__first_tables.sql", "V2__notes_and_state_hashes.sql")
            .flatMap(script -> statements(script).stream())
            .toList();
    for (int done = 0; done <= statements.size(); done += 5 * step()) {
      String name = "half" + done;
      create(name);
      execute(name, formerVersions());
      execute(name, statements.subList(0, done).toArray(String[]::new));
      assertUsable(name);
      assertThat(schema(name)).as("former runner died behind " + done).isEqualTo(wanted);
    }
  }

  private String formerVersions() {
    return inWords(
        "CREATE TABLE IF NOT EXISTS schema_version"
            + " (version ${number} NOT NULL PRIMARY KEY)${options}");
  }

  private List<String> statements(String script) {
    try (InputStream in = MigrationsTest.class.getResourceAsStream("/former-schema/" + script)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Pattern.compile(";\\s*\\R")
          .splitAsStream(inWords(text.replaceAll("(?m)^--.*\\R", "")))
          .filter(sql -> !sql.isBlank())
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String inWords(String sql) {
    Dialect dialect = dialect();
    String text = sql.replace("${part}", dialect.indexedPart());
    for (var word : dialect.words().entrySet()) {
      text = text.replace("${" + word.getKey() + "}", word.getValue());
    }
    return text;
  }

  Dialect dialect() {
    return new SqliteDialect();
  }

  @Test
  void aSecondStartDuringAMigrationIsRefused() throws SQLException {
    migrate(
        "twice",
        inner -> {
          assertThatThrownBy(() -> databases.open("twice"))
              .isInstanceOf(StoreException.class)
              .hasMessageContaining("is in use by another node");
          return inner;
        });
    assertUsable("twice");
  }

  @Test
  void nothingIsSaidAboveDebugThatNobodyNeeds() throws SQLException {
    Logger root = (Logger) LoggerFactory.getLogger("org.flywaydb");
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    root.addAppender(said);
    root.setLevel(Level.DEBUG);
    root.setAdditive(false);
    said.start();
    try {
      migrate("quiet", inner -> CutSource.dyingBehind(Integer.MAX_VALUE, inner).source());
      execute("quiet", "UPDATE " + Migrations.HISTORY + " SET checksum = 1 WHERE version IS NULL");
      databases.open("quiet").close();
    } finally {
      root.detachAppender(said);
      root.setLevel(null);
      root.setAdditive(true);
    }
    assertThat(said.list).isNotEmpty();
    assertThat(said.list).extracting(ILoggingEvent::getLevel).containsOnly(Level.DEBUG);
    assertThat(said.list.toString()).doesNotContain("password=lab");
  }

  @Test
  void checksumsAreThoseOfFlyway() throws SQLException {
    databases.open("sums").close();
    SchemaScripts scripts = new SchemaScripts();
    try (Connection connection = databases.connect("sums")) {
      List<String> history = SchemaDump.history(connection);
      for (int version = 1; version <= SchemaScripts.NEWEST; version++) {
        assertThat(history.toString())
            .contains("version=" + version + " ")
            .contains("checksum=" + scripts.checksum(version) + " ");
      }
    }
  }
}
