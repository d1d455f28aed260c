package dev.orchestrator.jepsen.drill;

import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The application: inserts one row after the other through whichever server is writable, and keeps
 * account of what was acknowledged.
 *
 * <p>An id is never written twice: after a failure it is unknown whether the row exists, so that
 * the next try takes the next id. Its sessions are confined to its thread {@code ledger-writer};
 * the public methods are thread-safe.
 */
public final class LedgerWriter implements AutoCloseable {
  private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

  /** Between two looks for a writable server: more often would slow down what it waits for. */
  private static final long SEARCH_NANOS = Duration.ofMillis(5).toNanos();

  private static final String INSERT = "INSERT INTO drill.ledger (id) VALUES (?)";

  private final List<MySqlMember> members;
  private final long pauseNanos;
  private final Ledger ledger = new Ledger();
  private final Map<MySqlMember, Connection> sessions = new HashMap<>();
  private final Thread thread = new Thread(this::run, "ledger-writer");
  private volatile boolean stopped;
  private long nextId = 1;

  LedgerWriter(List<MySqlMember> members) {
    this(members, Duration.ofNanos(PAUSE_NANOS));
  }

  /**
   * Writes nothing yet.
   *
   * @param pause between two writes
   */
  public LedgerWriter(List<MySqlMember> members, Duration pause) {
    this.pauseNanos = pause.toNanos();
    this.members = List.copyOf(members);
  }

  public void start() {
    thread.start();
  }

  /** The account so far. */
  public Ledger ledger() {
    return ledger;
  }

  private void run() {
    @Nullable MySqlMember primary = null;
    while (!stopped) {
      if (primary == null) {
        primary = members.stream().filter(this::isWritable).findFirst().orElse(null);
      } else if (!insert(primary)) {
        primary = null;
      }
      LockSupport.parkNanos(primary == null ? Math.max(pauseNanos, SEARCH_NANOS) : pauseNanos);
    }
    members.forEach(this::disconnect);
  }

  private boolean isWritable(MySqlMember member) {
    Optional<Connection> session = session(member);
    if (session.isEmpty()) {
      return false;
    }
    try (Statement statement = session.get().createStatement();
        ResultSet flag = statement.executeQuery("SELECT @@GLOBAL.read_only")) {
      return flag.next() && flag.getInt(1) == 0;
    } catch (SQLException gone) {
      disconnect(member);
      return false;
    }
  }

  private boolean insert(MySqlMember member) {
    Optional<Connection> session = session(member);
    if (session.isEmpty()) {
      return false;
    }
    long id = nextId++;
    try (PreparedStatement statement = session.get().prepareStatement(INSERT)) {
      statement.setLong(1, id);
      statement.executeUpdate();
      ledger.acknowledge(id, member.host(), System.nanoTime());
      return true;
    } catch (SQLException unknownOutcome) {
      ledger.fail();
      disconnect(member);
      return false;
    }
  }

  /** A session kept from earlier, or a new one; empty if the server does not answer. */
  private Optional<Connection> session(MySqlMember member) {
    @Nullable Connection open = sessions.get(member);
    if (open != null) {
      return Optional.of(open);
    }
    if (!member.isAlive()) {
      return Optional.empty();
    }
    try {
      Connection connection = member.connectAsApplication(STATEMENT_LIMIT);
      sessions.put(member, connection);
      return Optional.of(connection);
    } catch (SQLException unreachable) {
      return Optional.empty();
    }
  }

  private void disconnect(MySqlMember member) {
    @Nullable Connection connection = sessions.remove(member);
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException alreadyBroken) {
        return; // the server side is gone, which is why it is closed
      }
    }
  }

  /** Finishes the current write and stops; may be called again. */
  public void stop() {
    stopped = true;
    try {
      if (thread.isAlive() && !thread.join(STATEMENT_LIMIT.multipliedBy(2))) {
        throw new LabException("the writer does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
