package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class WriteGateTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final WriteGate gate = new WriteGate();
  private final List<String> order = new CopyOnWriteArrayList<>();

  private Thread waiting(String name, Runnable enter) {
    Thread thread =
        Thread.ofPlatform()
            .name(name)
            .start(
                () -> {
                  enter.run();
                  order.add(name);
                  gate.leave();
                });
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    return thread;
  }

  @Test
  void applyOvertakesLocalWritersThatCameBefore() throws InterruptedException {
    gate.enter(LONG);
    Thread first = waiting("local-1", () -> gate.enter(LONG));
    Thread second = waiting("local-2", () -> gate.enter(LONG));
    Thread apply = waiting("apply", () -> gate.enterFirst(LONG));
    gate.leave();
    for (Thread thread : List.of(first, second, apply)) {
      assertThat(thread.join(LONG)).isTrue();
    }
    assertThat(order).hasSize(3).startsWith("apply");
  }

  @Test
  void everyWaitEnds() {
    gate.enterFirst(LONG);
    assertThatThrownBy(() -> gate.enter(Duration.ofMillis(1)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("writer was busy for PT0.001S");
    assertThatThrownBy(() -> gate.enterFirst(Duration.ofMillis(1)))
        .isInstanceOf(StoreException.class);
    gate.leave();
    gate.enter(Duration.ZERO); // an apply that gave up holds nobody back
    gate.leave();
  }
}
