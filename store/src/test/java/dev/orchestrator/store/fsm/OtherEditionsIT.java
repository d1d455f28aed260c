package dev.orchestrator.store.fsm;

import dev.orchestrator.store.lab.TestBackend;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on the oldest MySQL that is to be had, and on MariaDB. */
@ParameterizedClass
@ValueSource(strings = {"5.6", "mariadb-10.11"})
class OtherEditionsIT {
  @Parameter String edition;

  @Nested
  class Recoveries extends RecoveryCommandsTest {
    private final TestBackend backend = TestBackend.mysql(edition);

    @Override
    TestBackend backend() {
      return backend;
    }
  }

  @Nested
  class Others extends OtherCommandsTest {
    private final TestBackend backend = TestBackend.mysql(edition);

    @Override
    TestBackend backend() {
      return backend;
    }
  }

  @Nested
  class Notes extends NoteCommandsTest {
    private final TestBackend backend = TestBackend.mysql(edition);

    @Override
    TestBackend backend() {
      return backend;
    }
  }

  @Nested
  class StateMachine extends SqlStateMachineTest {
    private final TestBackend backend = TestBackend.mysql(edition);

    @Override
    TestBackend backend() {
      return backend;
    }
  }

  @Nested
  class Snapshots extends SnapshotTest {
    private final TestBackend backend = TestBackend.mysql(edition);

    @Override
    TestBackend backend() {
      return backend;
    }

    @Override
    int damages() {
      return 8;
    }
  }
}
