package dev.orchestrator.store.fsm;

/** The contract on MariaDB. */
class SnapshotMariaDbIT extends SnapshotMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
