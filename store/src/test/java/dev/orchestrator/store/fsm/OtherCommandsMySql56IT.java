package dev.orchestrator.store.fsm;

/** The contract on the oldest MySQL that is to be had. */
class OtherCommandsMySql56IT extends OtherCommandsMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
