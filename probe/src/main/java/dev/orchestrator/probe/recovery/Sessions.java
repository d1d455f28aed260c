package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.store.model.InstanceKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Opens the sessions of one run of a recovery; the first one on a server ends what earlier runs
 * left there. Thread-safe.
 */
final class Sessions {
  private final FleetConnector connector;
  private final Duration timeout;
  private final String recoveryUid;
  private final long term;
  private final Set<InstanceKey> clean = ConcurrentHashMap.newKeySet();

  Sessions(FleetConnector connector, Duration timeout, String recoveryUid, long term) {
    this.connector = connector;
    this.timeout = timeout;
    this.recoveryUid = recoveryUid;
    this.term = term;
  }

  /** Opens a session on a server where no older session of this recovery is left. */
  ServerSession open(InstanceKey key) throws SQLException, InterruptedException {
    ServerSession session = ServerSession.open(connector, key, timeout, recoveryUid, term);
    if (clean.contains(key)) {
      return session;
    }
    try {
      SessionReaper.reap(session, recoveryUid, term, timeout);
      clean.add(key);
      return session;
    } catch (SQLException | InterruptedException e) {
      session.close();
      throw e;
    }
  }

  /** A session on this server broke: something of it may still be running there. */
  void suspect(InstanceKey key) {
    clean.remove(key);
  }

  /** Reads a server once. */
  ServerReading read(InstanceKey key) throws SQLException, InterruptedException {
    try (ServerSession session = open(key)) {
      return session.read();
    }
  }
}
