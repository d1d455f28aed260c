package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks run in real shells. */
class HookRunnerTest {
  private static final HookFacts FACTS =
      new HookFacts(Map.of("failedHost", "db1"), Map.of("ORC_FAILED_HOST", "db1; rm -rf /"));

  @TempDir Path folder;

  private final HookRunner runner = new HookRunner("bash", Duration.ofSeconds(20));

  @Test
  void tellsTheExitCodeAndWhatWasSaid() throws Exception {
    HookRunner.Ran ran = runner.run("echo {failedHost} \"$ORC_FAILED_HOST\"", FACTS, () -> true);
    assertThat(ran.good()).isTrue();
    assertThat(ran.detail()).isEqualTo("exit code 0: db1 db1; rm -rf /");
    assertThat(runner.run("echo no >&2; exit 3", FACTS, () -> true))
        .isEqualTo(new HookRunner.Ran(false, "exit code 3: no"));
  }

  @Test
  void keepsOnlyTheBeginningOfMuchOutput() throws Exception {
    HookRunner.Ran ran = runner.run("head -c 3000000 /dev/zero | tr '\\0' x", FACTS, () -> true);
    assertThat(ran.good()).isTrue();
    assertThat(ran.detail().length()).isLessThan(1100);
  }

  @Test
  void killsTheWholeGroupAtTheDeadline() throws Exception {
    Path pid = folder.resolve("pid");
    HookRunner hasty = new HookRunner("bash", Duration.ofMillis(500));
    HookRunner.Ran ran = hasty.run("sleep 600 & echo $! > " + pid + "; wait", FACTS, () -> true);
    assertThat(ran.good()).isFalse();
    assertThat(ran.detail()).startsWith("killed after");
    assertGone(pid);
  }

  @Test
  void killsTheHookWhenLeadershipIsLost() throws Exception {
    Path pid = folder.resolve("pid");
    AtomicBoolean leading = new AtomicBoolean(true);
    HookRunner.Ran ran =
        runner.run(
            "echo $$ > " + pid + "; sleep 600",
            FACTS,
            () -> {
              leading.set(!Files.exists(pid));
              return leading.get();
            });
    assertThat(ran.detail()).contains("leads no more");
    assertGone(pid);
  }

  @Test
  void doesNotWaitForAnAsynchronousHook() throws Exception {
    Path done = folder.resolve("done");
    HookRunner.Ran ran = runner.run("echo x > " + done + " &", FACTS, () -> true);
    assertThat(ran.good()).isTrue();
    Drill.await("the hook").until(() -> Files.exists(done));
  }

  @Test
  void aShellThatIsNotThereIsAFailure() throws Exception {
    HookRunner broken = new HookRunner("no-such-shell", Duration.ofSeconds(5));
    assertThat(broken.run("true", FACTS, () -> true).good()).isFalse();
  }

  private static void assertGone(Path pidFile) throws Exception {
    long pid = Long.parseLong(Files.readString(pidFile).strip());
    Drill.await("the end of " + pid)
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }
}
