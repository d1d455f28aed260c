package dev.orchestrator.store.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;

/**
 * A native library out of a driver's jar, in a file that the next start finds again. Left to itself
 * a driver unpacks it at each start into a new temporary file, which a killed process leaves
 * behind. Several processes may have the same folder: each unpacks for itself, and the last one's
 * file, with the same bytes, gets the name. Thread-safe.
 */
public final class NativeFile {
  private static final String PART = ".part";

  /** What is being unpacked for so long was left behind by a death. */
  private static final Duration UNPACKING = Duration.ofMinutes(1);

  private NativeFile() {}

  /**
   * Puts the resource into the folder under this name, if it is missing there or other bytes are.
   * Whoever has the former file loaded keeps it: the new one only takes its name.
   *
   * @param owner whose class loader finds the resource
   * @param resource from the root of the class path, with a slash in front
   * @throws IOException the folder cannot be written
   */
  public static void unpack(Class<?> owner, String resource, Path folder, String name)
      throws IOException {
    Files.createDirectories(folder);
    deleteLeftovers(folder, name);
    Path file = folder.resolve(name);
    if (Files.exists(file) && isSame(owner, resource, file)) {
      return;
    }
    Path part = Files.createTempFile(folder, name + "-", PART);
    try {
      try (InputStream from = open(owner, resource)) {
        Files.copy(from, part, StandardCopyOption.REPLACE_EXISTING);
      }
      try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static void deleteLeftovers(Path folder, String name) throws IOException {
    Instant since = Instant.now().minus(UNPACKING);
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, name + "*" + PART)) {
      for (Path part : parts) {
        if (Files.exists(part) && Files.getLastModifiedTime(part).toInstant().isBefore(since)) {
          Files.deleteIfExists(part);
        }
      }
    }
  }

  private static boolean isSame(Class<?> owner, String resource, Path file) throws IOException {
    try (InputStream from = open(owner, resource);
        InputStream there = Files.newInputStream(file)) {
      byte[] wanted = new byte[1 << 16];
      byte[] found = new byte[1 << 16];
      int length;
      do {
        length = from.readNBytes(wanted, 0, wanted.length);
        if (there.readNBytes(found, 0, found.length) != length
            || !Arrays.equals(wanted, 0, length, found, 0, length)) {
          return false;
        }
      } while (length > 0);
      return true;
    }
  }

  private static InputStream open(Class<?> owner, String resource) throws IOException {
    InputStream found = owner.getResourceAsStream(resource);
    if (found == null) {
      throw new IOException(resource + " is missing in the program");
    }
    return found;
  }
}
