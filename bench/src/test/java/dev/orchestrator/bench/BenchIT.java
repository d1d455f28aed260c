package dev.orchestrator.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three real processes take load; how fast is not judged here. */
class BenchIT {
  private static final int FIRST_PORT = 22_790;

  @TempDir Path folder;

  @Test
  void aGroupOfProcessesCommitsUnderLoad() throws Exception {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Library ours = new Library("ours", Ours.class.getName(), path);
    try (TestGroup group = new TestGroup(ours, FIRST_PORT, folder, List.of())) {
      Slice slice = group.load(256, 16, Duration.ofMillis(300));
      assertThat(slice.entries()).isPositive();
      assertThat(slice.allocatedBytes()).isPositive();
      assertThat(slice.cpuNanos()).isPositive();
    }
  }
}
