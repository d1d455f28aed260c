package dev.orchestrator.store.replication;

/** The contract on the oldest MySQL that is to be had. */
class RaftReplicatorMySql56IT extends RaftReplicatorMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
