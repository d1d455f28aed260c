package dev.orchestrator.store.sql;

/** The contract on MariaDB. */
class MigrationsMariaDbIT extends MigrationsMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
