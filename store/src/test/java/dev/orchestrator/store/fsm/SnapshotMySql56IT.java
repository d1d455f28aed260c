package dev.orchestrator.store.fsm;

/** The contract on the oldest MySQL that is to be had. */
class SnapshotMySql56IT extends SnapshotMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
