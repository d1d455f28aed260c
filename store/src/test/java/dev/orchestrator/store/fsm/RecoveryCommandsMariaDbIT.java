package dev.orchestrator.store.fsm;

/** The contract on MariaDB. */
class RecoveryCommandsMariaDbIT extends RecoveryCommandsMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
