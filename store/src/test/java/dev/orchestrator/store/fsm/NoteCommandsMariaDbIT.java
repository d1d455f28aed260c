package dev.orchestrator.store.fsm;

/** The contract on MariaDB. */
class NoteCommandsMariaDbIT extends NoteCommandsMySqlIT {
  @Override
  String edition() {
    return "mariadb-10.11";
  }
}
