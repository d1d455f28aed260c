package dev.orchestrator.store.sql;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second process (or a second opening in this one) away from a database file, by a lock on
 * the file {@code <name>.lock} beside it. The operating system lets go of it when the process dies.
 * Two nodes on one file would apply two logs into one set of rows. Thread-safe.
 */
final class FileLease implements AutoCloseable {
  /**
   * Files open in this process. Asked first, since closing a second channel on a file drops this
   * process's lock on it (fcntl locks belong to the process).
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path lockFile;
  private final FileChannel channel;

  private FileLease(Path lockFile, FileChannel channel) {
    this.lockFile = lockFile;
    this.channel = channel;
  }

  /**
   * Takes the lease.
   *
   * @throws StoreException somebody else holds it, or the lock file cannot be written
   */
  static FileLease take(Path file) {
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    if (!HELD.add(lockFile)) {
      throw inUse(file);
    }
    try {
      FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        HELD.remove(lockFile);
        throw inUse(file);
      }
      return new FileLease(lockFile, channel);
    } catch (IOException e) {
      HELD.remove(lockFile);
      throw new StoreException(
          "cannot write "
              + lockFile
              + "; let this user write to the folder, or set SQLite3DataFile to a file elsewhere",
          e);
    }
  }

  private static StoreException inUse(Path file) {
    return new StoreException(
        "database file "
            + file
            + " is in use by another node; stop that one, or set SQLite3DataFile to another file");
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StoreException("cannot close " + lockFile, e);
    } finally {
      HELD.remove(lockFile);
    }
  }
}
