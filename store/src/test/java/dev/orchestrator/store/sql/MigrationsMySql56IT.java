package dev.orchestrator.store.sql;

/** The contract on the oldest MySQL that is to be had. */
class MigrationsMySql56IT extends MigrationsMySqlIT {
  @Override
  String edition() {
    return "5.6";
  }
}
