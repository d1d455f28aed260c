package dev.orchestrator.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.sql.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a node does about its backend (rule T1), with a clock of our own. */
class BackendWatchTest {
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicBoolean good = new AtomicBoolean(true);
  private final List<Boolean> changes = new ArrayList<>();
  private final List<String> ends = new ArrayList<>();
  private final BackendWatch watch =
      new BackendWatch(
          () -> {
            if (!good.get()) {
              throw new StoreException("disk is gone");
            }
          },
          nanos::get,
          changes::add,
          ends::add);

  @Test
  void workingBackendChangesNothing() {
    run(100);
    assertThat(changes).isEmpty();
    assertThat(ends).isEmpty();
    assertThat(watch.works()).isTrue();
  }

  @Test
  void failureOfFiveSecondsIsToldOnceAndTakenBack() {
    run(1);
    good.set(false);
    run(3);
    assertThat(changes).isEmpty();
    run(2);
    assertThat(changes).containsExactly(false);
    assertThat(watch.works()).isFalse();
    good.set(true);
    run(1);
    assertThat(changes).containsExactly(false, true);
    assertThat(watch.works()).isTrue();
  }

  /** Nobody asks while a question hangs: time alone decides. */
  @Test
  void questionThatHangsIsNoGoodAnswer() {
    run(1);
    nanos.addAndGet(Duration.ofSeconds(4).toNanos());
    assertThat(watch.works()).isFalse();
    watch.judge();
    assertThat(changes).containsExactly(false);
  }

  @Test
  void backendMayFailForHalfAMinuteButNoLonger() {
    run(1);
    good.set(false);
    run(30);
    good.set(true);
    run(1);
    good.set(false);
    run(30);
    assertThat(ends).isEmpty();
    run(1);
    assertThat(ends).singleElement().asString().contains("30 s", "disk is gone");
  }

  private void run(int seconds) {
    for (int i = 0; i < seconds; i++) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      watch.ask();
      watch.judge();
    }
  }
}
