package dev.orchestrator.store.sql;

import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/** SQLite's native library, kept beside the first database that a process opens. Thread-safe. */
final class SqliteLibrary {
  private static final Logger LOG = LoggerFactory.getLogger(SqliteLibrary.class);

  /** The driver's own word for the folder of its library. */
  private static final String FOLDER = "org.sqlite.lib.path";

  private SqliteLibrary() {}

  /**
   * Lets the driver load its library from this folder, having put it there if need be. Where that
   * cannot be, the driver takes a temporary file after all, with a warning.
   */
  static synchronized void keepIn(Path folder) {
    if (System.getProperty(FOLDER) != null) {
      return; // done, or somebody knows better
    }
    String name = LibraryLoaderUtil.getNativeLibName();
    String path = LibraryLoaderUtil.getNativeLibResourcePath();
    if (!LibraryLoaderUtil.hasNativeLib(path, name)) {
      return; // the driver says what it lacks
    }
    try {
      NativeFile.unpack(SQLiteJDBCLoader.class, path + "/" + name, folder, name);
      System.setProperty(FOLDER, folder.toString());
    } catch (IOException e) {
      LOG.warn(
          "SQLite's library cannot be kept in {}, a temporary file is taken, which a killed process"
              + " leaves behind; let this user write there: {}",
          folder,
          e.toString());
    }
  }
}
