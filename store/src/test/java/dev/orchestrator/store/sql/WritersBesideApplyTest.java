package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.fsm.SqlStateMachine;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WritersBesideApplyTest {
  private static final int ENTRIES = 300;

  @TempDir Path folder;

  /** Discovery that writes as fast as it can holds apply up for one batch at most. */
  @Test
  void applyIsNotHeldUpByDiscovery() throws Exception {
    List<Instance> fleet =
        IntStream.range(0, 500)
            .mapToObj(i -> Instance.known(new InstanceKey("db" + i, 3306)))
            .toList();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong saved = new AtomicLong();
    try (Database database = Database.sqlite(folder.resolve("db"));
        var visits = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        writers.add(
            visits.submit(
                () -> {
                  while (!stop.get()) {
                    database.instances().save(fleet);
                    saved.incrementAndGet();
                    assertThat(database.instances().all()).isNotEmpty();
                  }
                }));
      }
      List<Long> latenciesNanos = new ArrayList<>();
      SqlStateMachine machine = new SqlStateMachine(database);
      try {
        for (int index = 1; index <= ENTRIES || saved.get() < 8; index++) {
          byte[] command =
              CommandCodec.encode(new Command.Discover(new InstanceKey("db", index % 100)), index);
          long startedAt = System.nanoTime();
          machine.apply(new LogId(1, index), command);
          latenciesNanos.add(System.nanoTime() - startedAt);
        }
      } finally {
        stop.set(true);
      }
      for (Future<?> writer : writers) {
        writer.get(30, TimeUnit.SECONDS);
      }
      latenciesNanos.sort(null);
      Duration median = Duration.ofNanos(latenciesNanos.get(latenciesNanos.size() / 2));
      Duration worst = Duration.ofNanos(latenciesNanos.getLast());
      assertThat(median).as("median of apply").isLessThan(Duration.ofMillis(100));
      assertThat(worst).as("worst of apply").isLessThan(Duration.ofSeconds(2));
    }
  }
}
