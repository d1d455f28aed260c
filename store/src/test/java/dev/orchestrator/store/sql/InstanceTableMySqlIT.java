package dev.orchestrator.store.sql;

import dev.orchestrator.store.lab.TestBackend;

/** The contract on a real MySQL server. */
class InstanceTableMySqlIT extends InstanceTableTest {
  private final TestBackend mysql = TestBackend.mysql();

  @Override
  TestBackend backend() {
    return mysql;
  }
}
