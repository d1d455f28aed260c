package dev.orchestrator.store.fsm;

/** The contract on MariaDB. */
class OtherCommandsMariaDbIT extends OtherCommandsMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
