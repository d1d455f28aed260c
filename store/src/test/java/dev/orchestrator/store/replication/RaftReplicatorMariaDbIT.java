package dev.orchestrator.store.replication;

/** The contract on MariaDB. */
class RaftReplicatorMariaDbIT extends RaftReplicatorMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
