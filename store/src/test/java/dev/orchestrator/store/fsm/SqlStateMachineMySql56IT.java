package dev.orchestrator.store.fsm;

/** The contract on the oldest MySQL that is to be had. */
class SqlStateMachineMySql56IT extends SqlStateMachineMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
