package dev.orchestrator.store.sql;

/** The contract on the oldest MySQL that is to be had. */
class InstanceTableMySql56IT extends InstanceTableMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
