package dev.orchestrator.store.lab;

import dev.orchestrator.store.sql.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Where a test's databases lie, each under a name of its own. */
public interface TestBackend {
  Database open(String name);

  /** A plain connection to an opened database, beside the program. */
  Connection connect(String name) throws SQLException;

  /** What {@link KilledProcess#open} takes to open the database in another process. */
  String address(String name);

  static TestBackend sqlite(Path folder) {
    return new TestBackend() {
      @Override
      public Database open(String name) {
        return Database.sqlite(folder.resolve(name));
      }

      @Override
      public Connection connect(String name) throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve(name));
      }

      @Override
      public String address(String name) {
        return folder.resolve(name).toString();
      }
    };
  }

  /** Databases on the server that all tests of this process share; those of former tests go. */
  static TestBackend mysql() {
    return new MySqlTestBackend(MySqlTestServer.shared());
  }

  /** The same on a server of this edition, see {@link MySqlTestServer#shared(String)}. */
  static TestBackend mysql(String edition) {
    return new MySqlTestBackend(MySqlTestServer.shared(edition));
  }
}
