package dev.orchestrator.store.fsm;

/** The contract on the oldest MySQL that is to be had. */
class NoteCommandsMySql56IT extends NoteCommandsMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
