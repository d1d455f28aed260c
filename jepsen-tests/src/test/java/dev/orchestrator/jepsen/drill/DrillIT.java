package dev.orchestrator.jepsen.drill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.jepsen.lab.DemoFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The drill against real MySQL and nodes that only play their part: it must pass a good failover
 * and fail every bad one, else its verdict on the real nodes is worth nothing.
 */
class DrillIT {
  @TempDir Path temporary;

  @ParameterizedTest
  @EnumSource
  void theVerdictTellsAGoodFailoverFromABadOne(DrillFault fault) throws IOException {
    var output = new ByteArrayOutputStream();
    boolean good;
    try (DemoFolder folder = DemoFolder.claim(Path.of("target", "drill-it"))) {
      Path script = Path.of("..", "scripts", "mysql-server").toAbsolutePath().normalize();
      var console = new Console(new PrintStream(output, true, StandardCharsets.UTF_8));
      good = new Drill(script, launcher(fault), folder, Duration.ofSeconds(8), console).drill(1, 1);
      folder.killAll();
    }
    String text = output.toString(StandardCharsets.UTF_8);
    assertThat(text).contains(fault.noticed());
    assertThat(good).as(text).isEqualTo(fault == DrillFault.NONE);
  }

  private Path launcher(DrillFault fault) throws IOException {
    Path launcher = temporary.resolve("orchestrator");
    Files.writeString(
        launcher,
        """
        #!/bin/sh
        exec '%s/bin/java' -XX:TieredStopAtLevel=1 -Xmx64m -Ddrill.fault=%s -cp '%s' %s "$@"
        """
            .formatted(
                System.getProperty("java.home"),
                fault,
                System.getProperty("java.class.path"),
                FakeNode.class.getName()));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    return launcher;
  }
}
