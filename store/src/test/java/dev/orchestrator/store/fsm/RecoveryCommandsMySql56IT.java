package dev.orchestrator.store.fsm;

/** The contract on the oldest MySQL that is to be had. */
class RecoveryCommandsMySql56IT extends RecoveryCommandsMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
