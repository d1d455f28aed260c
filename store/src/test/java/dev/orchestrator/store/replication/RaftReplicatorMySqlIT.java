package dev.orchestrator.store.replication;

import dev.orchestrator.store.lab.TestBackend;

/** The contract on a real MySQL server. */
class RaftReplicatorMySqlIT extends RaftReplicatorTest {
  private final TestBackend mysql = TestBackend.mysql();

  @Override
  TestBackend backend() {
    return mysql;
  }
}
