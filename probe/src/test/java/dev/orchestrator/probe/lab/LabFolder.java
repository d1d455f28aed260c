package dev.orchestrator.probe.lab;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Where the servers of one network keep their data, and the claim on that network.
 *
 * <p>The place depends on the user and the network only, not on the build's folder, so that what an
 * earlier run left behind is found even after a clean. The claim is a file lock: the kernel gives
 * it back when its process dies, however it dies.
 */
final class LabFolder {
  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private LabFolder(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /** Waits until no other lab uses the network, ends what a killed one left, and claims it. */
  static LabFolder claim(String network, Duration limit) {
    if (!network.matches("127(\\.\\d{1,3}){2}")) {
      throw new IllegalArgumentException("want a network like 127.0.60, not " + network);
    }
    Path root = root();
    try {
      Files.createDirectories(root);
      FileChannel channel =
          FileChannel.open(
              root.resolve(network + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = awaitLock(channel, network, limit);
      var folder = new LabFolder(root.resolve(network), channel, lock);
      folder.killStrayServers();
      folder.delete();
      Files.createDirectories(folder.path);
      return folder;
    } catch (IOException e) {
      throw new LabException("could not make the folder for " + network, e);
    }
  }

  static Path root() {
    return Path.of(
        System.getProperty("java.io.tmpdir"),
        "orchestrator-lab-" + System.getProperty("user.name"));
  }

  private static FileLock awaitLock(FileChannel channel, String network, Duration limit)
      throws IOException {
    try {
      return await("the claim on " + network)
          .atMost(limit)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> tryLock(channel), claimed -> claimed != null);
    } catch (ConditionTimeoutException e) {
      channel.close();
      throw new LabException("another lab has used " + network + " for " + limit, e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException inThisProcess) {
      return null;
    }
  }

  /** The script that knows how to get and run a server; it lies at the root of the checkout. */
  static Path script() {
    Path start = Path.of("").toAbsolutePath();
    for (Path folder = start; folder != null; folder = folder.getParent()) {
      Path script = folder.resolve("scripts/mysql-server");
      if (Files.isExecutable(script)) {
        return script;
      }
    }
    throw new LabException("no scripts/mysql-server in " + start + " or above");
  }

  Path path() {
    return path;
  }

  /** Deletes the data and gives the network to others. */
  void release() throws IOException {
    delete();
    lock.release();
    channel.close();
  }

  /** A pid file may name a process that is long someone else's: the command line decides. */
  private void killStrayServers() {
    String marker = "--defaults-file=" + path + File.separator;
    ProcessHandle.allProcesses()
        .filter(process -> commandLine(process.pid()).contains(marker))
        .forEach(
            process -> {
              process.destroyForcibly();
              await("the end of stray server " + process.pid())
                  .atMost(MySqlLab.LIMIT)
                  .until(() -> !process.isAlive());
            });
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(pid), "cmdline")).replace('\0', ' ');
    } catch (IOException goneOrNotOurs) {
      return "";
    }
  }

  private void delete() throws IOException {
    try (Stream<Path> entries = Files.walk(path)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    } catch (NoSuchFileException nothingToDelete) {
      return;
    }
  }
}
