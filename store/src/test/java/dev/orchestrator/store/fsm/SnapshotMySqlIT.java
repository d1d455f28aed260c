package dev.orchestrator.store.fsm;

import dev.orchestrator.store.lab.MySqlTestServer;
import dev.orchestrator.store.lab.TestBackend;

/** The contract on a real MySQL server. */
class SnapshotMySqlIT extends SnapshotTest {
  private TestBackend mysql;

  String edition() {
    return MySqlTestServer.EDITION;
  }

  @Override
  TestBackend backend() {
    if (mysql == null) {
      mysql = TestBackend.mysql(edition());
    }
    return mysql;
  }

  @Override
  int damages() {
    return 8;
  }
}
