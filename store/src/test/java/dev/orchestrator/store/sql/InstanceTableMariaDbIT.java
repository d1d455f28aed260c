package dev.orchestrator.store.sql;

/** The contract on MariaDB. */
class InstanceTableMariaDbIT extends InstanceTableMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
