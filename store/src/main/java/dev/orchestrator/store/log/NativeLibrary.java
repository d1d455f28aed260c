package dev.orchestrator.store.log;

import dev.orchestrator.store.sql.NativeFile;
import dev.orchestrator.store.sql.StoreException;
import java.io.IOException;
import java.nio.file.Path;
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
      NativeFile.unpack(
          RocksDB.class, "/" + name, folder, Environment.getJniLibraryFileName("rocksdbjni"));
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
}
