package dev.orchestrator.probe.mysql;

import dev.orchestrator.store.model.InstanceKey;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Visits servers of the fleet. Keeps one session per server open between visits, so that a visit
 * costs a few small statements and no login. Thread-safe; a visit blocks its caller.
 */
public final class MySqlProbe implements AutoCloseable {
  private static final Map<String, String> ATTRIBUTES = Map.of("purpose", "visit");

  private final FleetConnector connector;
  private final VisitSettings settings;
  private final Clock clock;
  private final Map<InstanceKey, FleetSession> idle = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  public MySqlProbe(FleetConnector connector, VisitSettings settings, Clock clock) {
    this.connector = connector;
    this.settings = settings;
    this.clock = clock;
  }

  /** The longest time a visit may take: one connect and one read. */
  public Duration patience() {
    return connector.access().connectTimeout().plus(connector.access().readTimeout());
  }

  /** Visits with full patience. */
  public Observation visit(InstanceKey key) {
    return visit(key, patience());
  }

  /**
   * Reads one server. A session that was lost while idle is opened anew within the same visit: an
   * idle timeout or a restart between two visits is no failure.
   *
   * @param timeout bound of the whole visit, above 0
   */
  public Observation visit(InstanceKey key, Duration timeout) {
    Instant startedAt = clock.instant();
    long startNanos = System.nanoTime();
    long deadlineNanos = startNanos + timeout.toNanos();
    Attempt attempt = new Attempt(key, deadlineNanos);
    FleetSession kept = idle.remove(key);
    try {
      ServerStatus status = attempt.read(kept);
      Duration latency = Duration.ofNanos(System.nanoTime() - startNanos);
      return new Observation.Reached(key, startedAt, latency, status);
    } catch (SQLException e) {
      return new Observation.Unreached(
          key, startedAt, SqlFailures.causeOf(e), SqlFailures.messageOf(e), attempt.partial);
    }
  }

  /** Drops the idle session of a server that is not visited any more. */
  public void forget(InstanceKey key) {
    FleetSession session = idle.remove(key);
    if (session != null) {
      session.abort();
    }
  }

  /** Drops all idle sessions; later visits open new ones and do not keep them. */
  @Override
  public void close() {
    closed.set(true);
    idle.keySet().forEach(this::forget);
  }

  /** One visit's work, with what it learnt before it failed. */
  private final class Attempt {
    private final InstanceKey key;
    private final long deadlineNanos;
    private boolean partial;

    Attempt(InstanceKey key, long deadlineNanos) {
      this.key = key;
      this.deadlineNanos = deadlineNanos;
    }

    ServerStatus read(@Nullable FleetSession kept) throws SQLException {
      if (kept != null) {
        try {
          return readFrom(kept);
        } catch (SQLException e) {
          if (SqlFailures.causeOf(e) != FailureCause.LOST) {
            throw e;
          }
        }
      }
      partial = false;
      return readFrom(open());
    }

    private FleetSession open() throws SQLException {
      Duration left = Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
      Duration connectTimeout = min(left, connector.access().connectTimeout());
      return new FleetSession(connector.open(key, connectTimeout, left, ATTRIBUTES));
    }

    private ServerStatus readFrom(FleetSession session) throws SQLException {
      StatusReader reader = new StatusReader(key, session, settings);
      boolean good = false;
      try {
        session.deadline(deadlineNanos);
        ServerStatus status = reader.read();
        good = true;
        return status;
      } finally {
        partial = reader.basicsRead();
        if (!good || closed.get() || idle.putIfAbsent(key, session) != null) {
          session.abort();
        }
      }
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
