package dev.orchestrator.store.replication;

/** The contract on the oldest MySQL that is to be had. */
class LocalReplicatorMySql56IT extends LocalReplicatorMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
