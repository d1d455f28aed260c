package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.lab.OtherProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLibraryTest {
  @TempDir Path folder;

  @Test
  void startsAndDeathsLeaveOneFile() throws Exception {
    openAndDie("a.db");
    Path library = files("a.db.native").getFirst();
    long first = Files.getLastModifiedTime(library).toMillis();
    openAndDie("a.db");
    openAndDie("a.db");
    assertThat(files("a.db.native")).containsExactly(library);
    assertThat(Files.getLastModifiedTime(library).toMillis()).isEqualTo(first);
    assertThat(files("tmp")).isEmpty();
  }

  /** The database is as good as ever, only the temporary file is back. */
  @Test
  void aFolderThatCannotBeWrittenIsNamedAndTheDriverHelpsItself() throws Exception {
    Files.writeString(folder.resolve("b.db.native"), "in the way"); // holds for root as well
    assertThat(openAndDie("b.db"))
        .contains("SQLite's library cannot be kept in " + folder.resolve("b.db.native"))
        .contains("let this user write there");
  }

  private String openAndDie(String name) throws IOException, InterruptedException {
    OtherProcess process =
        OtherProcess.start(Opened.class, folder, "tmp", List.of(folder.resolve(name).toString()));
    return process.killWhenItSays("open");
  }

  private List<Path> files(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(name))) {
      return new ArrayList<>(files.toList());
    }
  }

  /** Opens a database and waits for its death. */
  static final class Opened {
    private Opened() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (Database database = Database.sqlite(Path.of(arguments[0]))) {
        database.probe();
        System.out.println("open");
        System.out.flush();
        Thread.currentThread().join();
      }
    }
  }
}
