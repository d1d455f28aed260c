package dev.orchestrator.store.replication;

/** The contract on MariaDB. */
class LocalReplicatorMariaDbIT extends LocalReplicatorMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
