package dev.orchestrator.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.lab.OtherProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NativeLibraryTest {
  @TempDir Path folder;

  @Test
  void startsAndDeathsLeaveOneFile() throws Exception {
    for (int start = 0; start < 3; start++) {
      openAndDie();
    }
    assertThat(files("tmp")).isEmpty();
    assertThat(files("log/native")).hasSize(1);
    Path library = files("log/native").getFirst();
    long first = Files.getLastModifiedTime(library).toMillis();
    openAndDie();
    assertThat(Files.getLastModifiedTime(library).toMillis()).isEqualTo(first);
  }

  /** Of another version, or cut off by the death of the machine. */
  @Test
  void fileThatIsNotThisVersionsIsReplaced() throws Exception {
    openAndDie();
    Path library = files("log/native").getFirst();
    long size = Files.size(library);
    Files.write(library, new byte[1_000]);
    Path leftOver = library.resolveSibling(library.getFileName() + "-77.part");
    Files.write(leftOver, new byte[1_000]);
    Files.setLastModifiedTime(leftOver, FileTime.from(Instant.now().minusSeconds(61)));
    openAndDie();
    assertThat(files("log/native")).containsExactly(library);
    assertThat(Files.size(library)).isEqualTo(size);
  }

  /** Each writes for itself; whoever comes last gives the same bytes the name. */
  @Test
  void severalAtOnceInOneFolderAllStart() throws Exception {
    List<OtherProcess> processes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      processes.add(start(Loaded.class, "log/native"));
    }
    for (OtherProcess process : processes) {
      process.killWhenItSays("loaded");
    }
    assertThat(files("tmp")).isEmpty();
    assertThat(files("log/native")).hasSize(1);
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedWithTheFix() throws Exception {
    Files.createDirectories(folder.resolve("log"));
    Files.writeString(folder.resolve("log/native"), "in the way"); // holds for root as well
    assertThat(start(Opened.class, "log").untilItsEnd())
        .contains("cannot use the Raft log folder " + folder.resolve("log"))
        .contains("make RaftDataDir writable")
        .contains(folder.resolve("log/native").toString());
  }

  private OtherProcess start(Class<?> main, String path) throws IOException {
    return OtherProcess.start(main, folder, "tmp", List.of(folder.resolve(path).toString()));
  }

  private void openAndDie() throws IOException, InterruptedException {
    start(Opened.class, "log").killWhenItSays("open");
  }

  private List<Path> files(String name) throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve(name))) {
      return files.toList();
    }
  }

  /** Opens a log and waits for its death. */
  static final class Opened {
    private Opened() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (RocksLogStorage log = RocksLogStorage.open(Path.of(arguments[0]))) {
        log.load(_ -> {});
        System.out.println("open");
        System.out.flush();
        Thread.currentThread().join();
      }
    }
  }

  /** Loads the library alone: a log has one owner. */
  static final class Loaded {
    private Loaded() {}

    public static void main(String[] arguments) throws Exception {
      NativeLibrary.loadFrom(Path.of(arguments[0]));
      System.out.println("loaded");
      System.out.flush();
      Thread.currentThread().join();
    }
  }
}
