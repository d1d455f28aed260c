package dev.orchestrator.probe.discovery;

import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one session to each source waiting in a statement. Such a session ends in the moment the
 * server dies, where an idle one would notice nothing until the next visit; and as the statement is
 * short and its answer awaited, it also notices within seconds that a server is frozen. Costs one
 * server thread per source. Thread-safe; one virtual thread per watched server.
 */
final class SourceWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SourceWatch.class);
  private static final int MAX_WATCHED = 2_000;
  private static final int SLEEP_SECONDS = 1;
  private static final Duration ANSWER_WITHIN = Duration.ofMillis(SLEEP_SECONDS * 1_000L + 1_000);
  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(1);
  private static final Duration REOPEN_DISTANCE = Duration.ofSeconds(1);
  private static final Map<String, String> ATTRIBUTES = Map.of("purpose", "watch");

  private final FleetConnector connector;
  private final Consumer<InstanceKey> broken;
  private final Map<InstanceKey, Watch> watches = new HashMap<>();
  private final Map<InstanceKey, Long> endedNanos = new HashMap<>();

  /**
   * @param broken told, on the watch's thread, when a session broke or could not be opened
   */
  SourceWatch(FleetConnector connector, Consumer<InstanceKey> broken) {
    this.connector = connector;
    this.broken = broken;
  }

  /** Starts what is missing and stops what is not wanted any more. */
  synchronized void keep(Set<InstanceKey> wanted) {
    watches.entrySet().removeIf(entry -> stopUnlessIn(wanted, entry.getKey(), entry.getValue()));
    endedNanos.keySet().retainAll(wanted);
    long now = System.nanoTime();
    for (InstanceKey key : wanted) {
      Long ended = endedNanos.get(key);
      boolean rested = ended == null || now - ended >= REOPEN_DISTANCE.toNanos();
      if (rested && !watches.containsKey(key) && watches.size() < MAX_WATCHED) {
        Watch watch = new Watch(key);
        watches.put(key, watch);
        Thread.ofVirtual().name("watch " + key).start(watch);
      }
    }
  }

  private static boolean stopUnlessIn(Set<InstanceKey> wanted, InstanceKey key, Watch watch) {
    boolean stop = !wanted.contains(key);
    if (stop) {
      watch.stop();
    }
    return stop;
  }

  private synchronized void ended(Watch watch) {
    if (watches.remove(watch.key, watch)) {
      endedNanos.put(watch.key, System.nanoTime());
    }
  }

  @Override
  public void close() {
    keep(Set.of());
  }

  /** One session to one server. */
  private final class Watch implements Runnable {
    private final InstanceKey key;
    private volatile boolean stopped;
    private volatile @Nullable Connection connection;

    Watch(InstanceKey key) {
      this.key = key;
    }

    @Override
    public void run() {
      try {
        watch();
      } catch (SQLException e) {
        if (!stopped) {
          LOG.info("watch broke server={} why={}", key, firstLine(e));
          broken.accept(key);
        }
      } finally {
        abort();
        ended(this);
      }
    }

    private static String firstLine(SQLException e) {
      String message = e.getMessage();
      return message == null ? "" : message.lines().findFirst().orElse("");
    }

    private void watch() throws SQLException {
      connection = connector.open(key, CONNECT_WITHIN, ANSWER_WITHIN, ATTRIBUTES);
      Connection open = connection;
      try (Statement statement = open.createStatement()) {
        while (!stopped) {
          statement.execute("DO SLEEP(" + SLEEP_SECONDS + ")");
        }
      }
    }

    void stop() {
      stopped = true;
      abort();
    }

    private void abort() {
      Connection open = connection;
      if (open != null) {
        try {
          open.abort(Runnable::run);
        } catch (SQLException e) {
          LOG.debug("watch of {} was already gone", key, e);
        }
      }
    }
  }
}
