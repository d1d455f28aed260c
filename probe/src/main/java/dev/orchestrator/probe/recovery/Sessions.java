package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sessions of one run of a recovery; the first one on a server ends what earlier runs left
 * there. A session that is given back is used again by a later step, since logging in costs more
 * than most steps; none ever reconnects. Thread-safe.
 */
final class Sessions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);
  private static final int PING_SECONDS = 1;

  private final FleetConnector connector;
  private final Duration timeout;
  private final String recoveryUid;
  private final long term;
  private final Set<InstanceKey> clean = ConcurrentHashMap.newKeySet();
  private final Map<InstanceKey, Deque<ServerSession>> idle = new ConcurrentHashMap<>();
  private final Map<InstanceKey, ReentrantLock> gates = new ConcurrentHashMap<>();
  private final Map<InstanceKey, ReplicationAccount> accounts = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Sessions(FleetConnector connector, Duration timeout, String recoveryUid, long term) {
    this.connector = connector;
    this.timeout = timeout;
    this.recoveryUid = recoveryUid;
    this.term = term;
  }

  String recoveryUid() {
    return recoveryUid;
  }

  long term() {
    return term;
  }

  /**
   * A session on a server where no older session of this recovery is left; close it to give it
   * back.
   */
  ServerSession open(InstanceKey key) throws SQLException, InterruptedException {
    Optional<ServerSession> known = takeIdle(key);
    if (known.isPresent()) {
      return known.get();
    }
    if (clean.contains(key)) {
      return begin(key);
    }
    // One lane at a time: the others' new sessions would look like an earlier run's.
    ReentrantLock first = gates.computeIfAbsent(key, _ -> new ReentrantLock());
    first.lockInterruptibly();
    try {
      return clean.contains(key) ? begin(key) : beginClean(key);
    } finally {
      first.unlock();
    }
  }

  private ServerSession begin(InstanceKey key) throws SQLException {
    return ServerSession.open(connector, key, timeout, recoveryUid, term, this::giveBack);
  }

  private ServerSession beginClean(InstanceKey key) throws SQLException, InterruptedException {
    ServerSession session = begin(key);
    try {
      SessionReaper.reap(session, recoveryUid, term, timeout);
      clean.add(key);
      return session;
    } catch (SQLException | InterruptedException e) {
      session.end();
      throw e;
    }
  }

  private Optional<ServerSession> takeIdle(InstanceKey key) {
    Deque<ServerSession> waiting = idle.getOrDefault(key, new ConcurrentLinkedDeque<>());
    while (clean.contains(key)) {
      ServerSession session = waiting.poll();
      if (session == null) {
        break;
      }
      if (session.answers(PING_SECONDS)) {
        return Optional.of(session);
      }
      session.end();
    }
    return Optional.empty();
  }

  private void giveBack(ServerSession session) {
    idle.computeIfAbsent(session.key(), _ -> new ConcurrentLinkedDeque<>()).push(session);
    if (closed) {
      endIdle(session.key());
    }
  }

  /** A session on this server broke: something of it may still be running there. */
  void suspect(InstanceKey key) {
    clean.remove(key);
    endIdle(key);
  }

  private void endIdle(InstanceKey key) {
    Deque<ServerSession> waiting = idle.remove(key);
    if (waiting != null) {
      waiting.forEach(ServerSession::end);
    }
  }

  /** What one session is opened for. */
  private interface Look<T> {
    T through(ServerSession session) throws SQLException;
  }

  private <T> T ask(InstanceKey key, Look<T> look) throws SQLException, InterruptedException {
    try (ServerSession session = open(key)) {
      return look.through(session);
    } catch (SQLException e) {
      suspect(key);
      throw e;
    }
  }

  /** Reads a server once. */
  ServerReading read(InstanceKey key) throws SQLException, InterruptedException {
    return ask(key, ServerSession::readWithUptime);
  }

  /** What a server has executed. */
  GtidSet executed(InstanceKey key) throws SQLException, InterruptedException {
    return ask(key, ServerSession::executed);
  }

  /** Where a server's binary log stands, {@code file:position}; {@code ""} when it cannot say. */
  String coordinates(InstanceKey key) throws InterruptedException {
    try {
      return ask(key, ServerSession::coordinates);
    } catch (SQLException e) {
      LOG.warn("cannot read where a binary log stands key={} cause={}", key, e.getMessage());
      return "";
    }
  }

  /**
   * The account with which a server replicates, or did when it was asked first: a server that is
   * promoted forgets it. Kept in memory only.
   */
  Optional<ReplicationAccount> account(InstanceKey key) throws InterruptedException {
    Optional<ReplicationAccount> known = Optional.ofNullable(accounts.get(key));
    if (known.isPresent()) {
      return known;
    }
    try {
      Optional<ReplicationAccount> account = ask(key, ReplicationAccount::of);
      account.ifPresent(found -> accounts.put(key, found));
      return account;
    } catch (SQLException e) {
      LOG.warn("cannot read a replication account key={} cause={}", key, e.getMessage());
      return Optional.empty();
    }
  }

  /** Ends all sessions that were given back, and those that still will be. */
  @Override
  public void close() {
    closed = true;
    List.copyOf(idle.keySet()).forEach(this::endIdle);
  }
}
