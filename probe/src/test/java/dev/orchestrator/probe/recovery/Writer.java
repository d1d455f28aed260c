package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.lab.MySqlLab;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes ids one by one to whichever server accepts them, like an application that knows all
 * servers; remembers what was acknowledged and the longest time without. Thread-safe.
 */
final class Writer implements AutoCloseable {
  private static final AtomicLong IDS = new AtomicLong();

  private final MySqlLab lab;
  private final Set<Long> acknowledged = new ConcurrentSkipListSet<>();
  private final AtomicLong longest = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;
  private volatile int server;

  private Writer(MySqlLab lab, int server) {
    this.lab = lab;
    this.server = server;
    this.thread = Thread.ofVirtual().name("writer").unstarted(this::write);
  }

  static Writer start(MySqlLab lab, int server) {
    Writer writer = new Writer(lab, server);
    writer.thread.start();
    return writer;
  }

  private void write() {
    long last = System.nanoTime();
    while (!closed) {
      try (Connection app = DriverManager.getConnection(lab.jdbcUrl(server), "app", "app");
          PreparedStatement insert =
              app.prepareStatement("INSERT INTO drill.ledger (id) VALUES (?)")) {
        while (!closed) {
          long id = IDS.incrementAndGet();
          insert.setLong(1, id);
          insert.executeUpdate();
          acknowledged.add(id);
          long now = System.nanoTime();
          long pause = now - last;
          longest.accumulateAndGet(pause, Math::max);
          last = now;
          LockSupport.parkNanos(500_000);
        }
      } catch (SQLException readOnly) {
        server = server % lab.size() + 1;
      }
    }
  }

  Set<Long> acknowledged() {
    return new TreeSet<>(acknowledged);
  }

  Duration longestPause() {
    return Duration.ofNanos(longest.get());
  }

  void awaitMore(int count) {
    int wanted = acknowledged.size() + count;
    Drill.await(count + " writes").until(() -> acknowledged.size() >= wanted);
  }

  static Set<Long> idsOn(MySqlLab lab, int n) {
    Set<Long> ids = new TreeSet<>();
    lab.query(n, "SELECT id FROM drill.ledger")
        .forEach(row -> ids.add(Long.parseLong(row.get("id"))));
    return ids;
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join(Drill.LIMIT);
  }
}
