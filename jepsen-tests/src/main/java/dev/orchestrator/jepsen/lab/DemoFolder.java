package dev.orchestrator.jepsen.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a demo, {@code .demo} in a checkout: data, configuration and logs of everything the
 * demo runs.
 *
 * <p>Every process started from it has the folder's absolute path on its command line. So the
 * leftovers of a demo that was killed are found without pid files, whose numbers may be somebody
 * else's by now. A file lock, which the kernel returns whatever happens, keeps two demos apart.
 */
public final class DemoFolder implements AutoCloseable {
  private static final String LOCK = "lock";
  private static final Duration DEATH_LIMIT = Duration.ofSeconds(20);

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private DemoFolder(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Claims a folder, ends what an earlier demo left in it and empties it.
   *
   * @throws LabException if another demo holds it
   */
  public static DemoFolder claim(Path folder) {
    Path path = folder.toAbsolutePath().normalize();
    try {
      Files.createDirectories(path);
      FileChannel channel =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        throw new LabException("another demo holds " + path + "; end it first");
      }
      var claimed = new DemoFolder(path, channel, lock);
      claimed.clear();
      return claimed;
    } catch (IOException e) {
      throw new LabException("cannot use " + path, e);
    }
  }

  /** The absolute path. */
  public Path path() {
    return path;
  }

  /** Kills every process that runs from this folder and deletes all but the lock. */
  public void clear() {
    killAll();
    // A process that was just being started, or dies, may still write; then it is done once more.
    Waiting.until("an empty " + path, DEATH_LIMIT, this::isEmptied);
  }

  /** Kills every process that runs from this folder. */
  public void killAll() {
    strays().forEach(DemoFolder::kill);
  }

  private boolean isEmptied() {
    killAll();
    try (Stream<Path> entries = Files.walk(path)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        if (!entry.equals(path) && !entry.endsWith(LOCK)) {
          Files.deleteIfExists(entry);
        }
      }
      return true;
    } catch (IOException | UncheckedIOException inUse) {
      return false;
    }
  }

  /** The processes, by their command line, that run from this folder. */
  private List<ProcessHandle> strays() {
    String marker = path + File.separator;
    long self = ProcessHandle.current().pid();
    return ProcessHandle.allProcesses()
        .filter(process -> process.pid() != self && commandLine(process).contains(marker))
        .toList();
  }

  private static String commandLine(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
          .replace('\0', ' ');
    } catch (IOException goneOrNotOurs) {
      return "";
    }
  }

  private static void kill(ProcessHandle process) {
    process.destroyForcibly();
    Waiting.until("the end of process " + process.pid(), DEATH_LIMIT, () -> !process.isAlive());
  }

  /** Gives the folder to the next demo; what is in it stays. */
  @Override
  public void close() {
    try {
      lock.release();
      channel.close();
    } catch (IOException e) {
      throw new LabException("cannot unlock " + path, e);
    }
  }
}
