package dev.orchestrator.store.fsm;

/** The contract on MariaDB. */
class SqlStateMachineMariaDbIT extends SqlStateMachineMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
