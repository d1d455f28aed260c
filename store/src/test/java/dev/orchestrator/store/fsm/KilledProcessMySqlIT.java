package dev.orchestrator.store.fsm;

import dev.orchestrator.store.lab.TestBackend;

/** The killed process had its database on a real MySQL server. */
class KilledProcessMySqlIT extends KilledProcessIT {
  private final TestBackend mysql = TestBackend.mysql();

  @Override
  TestBackend backend() {
    return mysql;
  }

  @Override
  String inUse(String name) {
    return "database t_" + name + " on ";
  }
}
