package dev.orchestrator.store.sql;

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
  class Instances extends InstanceTableTest {
    private final TestBackend backend = TestBackend.mysql(edition);

    @Override
    TestBackend backend() {
      return backend;
    }
  }
}
