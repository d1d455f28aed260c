package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  private static final InstanceKey DB1 = new InstanceKey("db1", 3306);

  @TempDir Path folder;

  private Path file() {
    return folder.resolve("orchestrator.db");
  }

  private static List<String> column(Path file, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement();
        var result = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (result.next()) {
        values.add(result.getString(1));
      }
      return values;
    }
  }

  private static void execute(Path file, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long synchronous(Database database) {
    return database.apply(tx -> tx.number("PRAGMA synchronous"));
  }

  @Test
  void createsFoldersAndKeepsRowsOverARestart() {
    Path deep = folder.resolve("a/b/c.db");
    try (Database database = Database.sqlite(deep)) {
      database.instances().save(List.of(Instance.known(DB1)));
      database.probe();
      database.probe();
    }
    try (Database database = Database.sqlite(deep)) {
      assertThat(database.instances().all()).containsExactly(Instance.known(DB1));
      assertThat(database.settings().recoveriesEnabled()).isTrue();
      database.probe();
    }
  }

  @Test
  void everyTableIsEitherReplicatedOrLocal() throws SQLException {
    Database.sqlite(file()).close();
    assertThat(column(file(), "SELECT name FROM sqlite_master WHERE type = 'table'"))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(Tables.REPLICATED.stream(), Tables.LOCAL.stream()).toList());
  }

  @Test
  void writesAheadAndSyncsAtCheckpoints() throws SQLException {
    try (Database database = Database.sqlite(file())) {
      assertThat(column(file(), "PRAGMA journal_mode")).containsExactly("wal");
      assertThat(synchronous(database)).isEqualTo(1);
      database.sync();
      assertThat(synchronous(database)).isEqualTo(1);
    }
  }

  @Test
  void aSecondOpeningIsRefusedUntilTheFirstIsClosed() {
    try (Database database = Database.sqlite(file())) {
      assertThatThrownBy(() -> Database.sqlite(file()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(file() + " is in use by another node; stop that one, or set");
      assertThatThrownBy(() -> Database.sqlite(folder.resolve("x/../orchestrator.db")))
          .hasMessageContaining("is in use by another node");
      database.probe();
    }
    Database.sqlite(file()).close();
  }

  @Test
  void aFolderThatCannotBeMadeIsNamedWithTheFix() throws IOException {
    Path notAFolder = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> Database.sqlite(notAFolder.resolve("sub/orchestrator.db")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(notAFolder.resolve("sub").toString())
        .hasMessageContaining("create it for this user, or set SQLite3DataFile");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedWithTheFix() throws IOException {
    Files.createDirectory(folder.resolve("orchestrator.db.lock")); // holds for root as well
    assertThatThrownBy(() -> Database.sqlite(file()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(folder.resolve("orchestrator.db.lock").toString())
        .hasMessageContaining("let this user write to the folder, or set SQLite3DataFile");
  }

  @Test
  void aFileThatIsNoDatabaseIsNamedAndLeftAlone() throws IOException {
    String text = "this is not a database, but somebody's precious notes. ".repeat(40);
    Files.writeString(file(), text);
    assertThatThrownBy(() -> Database.sqlite(file()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("cannot open the database " + file())
        .hasMessageContaining("check that it is an SQLite file");
    assertThat(file()).hasContent(text);
    Files.delete(file());
    Database.sqlite(file()).close(); // the lease was given back
  }

  /** A dump restored by another program: other pages, another journal, settings of its own. */
  @Test
  void aRestoredFileWithOtherSettingsIsAccepted() throws SQLException {
    try (Database database = Database.sqlite(file())) {
      database.apply(
          tx -> {
            database.seeds().put(tx, DB1);
            return null;
          });
      database.instances().save(List.of(Instance.known(DB1)));
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        var statement = connection.createStatement()) {
      for (String sql :
          List.of(
              "PRAGMA journal_mode = DELETE",
              "PRAGMA page_size = 1024",
              "PRAGMA auto_vacuum = FULL",
              "PRAGMA user_version = 7",
              "PRAGMA application_id = 9",
              "VACUUM",
              "PRAGMA journal_mode = TRUNCATE")) {
        statement.execute(sql);
      }
    }
    assertThat(column(file(), "PRAGMA page_size")).containsExactly("1024");
    assertThat(column(file(), "PRAGMA journal_mode")).doesNotContain("wal");
    try (Database database = Database.sqlite(file())) {
      assertThat(column(file(), "PRAGMA journal_mode")).containsExactly("wal");
      assertThat(synchronous(database)).isEqualTo(1);
      assertThat(database.seeds().all()).containsExactly(DB1);
      assertThat(database.instances().all()).containsExactly(Instance.known(DB1));
      database.probe();
    }
  }

  @Test
  void aDatabaseServesOneRaftGroupForLife() {
    try (Database database = Database.sqlite(file())) {
      assertThat(database.applied().clusterId()).isEmpty();
      database.bindToCluster("group-1");
      database.bindToCluster("group-1");
      assertThatThrownBy(() -> database.bindToCluster("group-2"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("belongs to the Raft group group-1, this node to group-2");
      assertThat(database.applied().clusterId()).contains("group-1");
    }
  }

  @Test
  void aTransactionThatThrowsLeavesNoTrace() {
    try (Database database = Database.sqlite(file())) {
      assertThatThrownBy(
              () ->
                  database.apply(
                      tx -> {
                        database.seeds().put(tx, DB1);
                        database.applied().advance(tx, new LogId(1, 1));
                        throw new IllegalStateException("died here");
                      }))
          .hasMessage("died here");
      assertThat(database.seeds().all()).isEmpty();
      assertThat(database.applied().id()).isEqualTo(LogId.ZERO);
      database.probe();
    }
  }

  @Test
  void readersCannotWrite() {
    try (Database database = Database.sqlite(file())) {
      assertThatThrownBy(
              () ->
                  database.reads().query("DELETE FROM setting RETURNING name", r -> r.text("name")))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("readonly");
    }
  }

  @Test
  void callsOfVirtualThreadsRunOnBackendThreads() throws Exception {
    try (Database database = Database.sqlite(file())) {
      Callable<String> reader =
          () ->
              database.reads().query("SELECT 1", r -> Thread.currentThread().getName()).getFirst();
      assertThat(onVirtualThread(reader)).matches("backend-\\d+");
      assertThat(reader.call()).isEqualTo(Thread.currentThread().getName());
      onVirtualThread(
          () -> {
            database.instances().save(List.of(Instance.known(DB1)));
            database.probe();
            return "";
          });
      assertThat(database.instances().find(DB1)).isPresent();
    }
  }

  @Test
  void callsAfterCloseFailClearly() {
    Database database = Database.sqlite(file());
    database.close();
    assertThatThrownBy(() -> database.seeds().all()).isInstanceOf(StoreException.class);
    assertThatThrownBy(database::probe).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> onVirtualThread(() -> database.seeds().all()))
        .hasCauseInstanceOf(StoreException.class)
        .hasRootCauseMessage("the backend is closed");
    assertThatCode(() -> Database.sqlite(file()).close()).doesNotThrowAnyException();
  }

  private static <T> T onVirtualThread(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task.get(30, TimeUnit.SECONDS);
  }
}
