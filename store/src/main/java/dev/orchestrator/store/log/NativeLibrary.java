package dev.orchestrator.store.log;

import dev.orchestrator.store.sql.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * RocksDB's native library, in a file that the next start of the node finds again. Left to itself
 * RocksDB unpacks it at each start into a new temporary file, and a killed process leaves that
 * behind: 17 MB each time. Thread-safe; once per process.
 */
final class NativeLibrary {
  private static final Logger log = LoggerFactory.getLogger(NativeLibrary.class);

  private static boolean loaded;

  private NativeLibrary() {}

  /**
   * Loads the library from this folder, having put it there if it is missing or of another version.
   * Where the file system lets nothing be executed, it comes from a temporary file after all.
   *
   * @throws StoreException it cannot be loaded from either place
   * @throws IOException the folder cannot be written
   */
  static synchronized void loadFrom(Path folder) throws IOException {
    if (loaded) {
      return;
    }
    String name = Environment.getJniLibraryFileName("rocksdb");
    if (RocksDB.class.getResource("/" + name) != null) { // else of a libc with another name
      unpack(name, folder, Environment.getJniLibraryFileName("rocksdbjni"));
      try {
        RocksDB.loadLibrary(List.of(folder.toAbsolutePath().toString()));
        loaded = true;
        return;
      } catch (UnsatisfiedLinkError e) {
        log.warn(
            "RocksDB's library cannot be loaded from {}, a temporary file is taken: {}",
            folder,
            e.getMessage());
      }
    }
    try {
      RocksDB.loadLibrary();
      loaded = true;
    } catch (UnsatisfiedLinkError | RuntimeException e) {
      throw new StoreException(
          "cannot load RocksDB's library, neither from "
              + folder
              + " nor from "
              + System.getProperty("java.io.tmpdir")
              + "; let one of them be executable: "
              + e.getMessage(),
          e);
    }
  }

  /** Whoever has the former file loaded keeps it: the new one only takes its name. */
  private static void unpack(String resource, Path folder, String name) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(name);
    if (Files.exists(file) && isSame(resource, file)) {
      return;
    }
    Path part = folder.resolve(name + ".part");
    try (InputStream from = open(resource)) {
      Files.copy(from, part, StandardCopyOption.REPLACE_EXISTING);
    }
    try (FileChannel written = FileChannel.open(part, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean isSame(String resource, Path file) throws IOException {
    try (InputStream from = open(resource);
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

  private static InputStream open(String resource) throws IOException {
    InputStream found = RocksDB.class.getResourceAsStream("/" + resource);
    if (found == null) {
      throw new IOException(resource + " is missing in the program");
    }
    return found;
  }
}
