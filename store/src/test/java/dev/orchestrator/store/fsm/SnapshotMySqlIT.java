package dev.orchestrator.store.fsm;

import dev.orchestrator.store.lab.TestBackend;

/** The contract on a real MySQL server. */
class SnapshotMySqlIT extends SnapshotTest {
  private final TestBackend mysql = TestBackend.mysql();

  @Override
  TestBackend backend() {
    return mysql;
  }
}
