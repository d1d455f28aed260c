package dev.orchestrator.store.sql;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import java.util.Objects;
import java.util.Set;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The backend could not do what was asked: what was tried, on what, and the cause, in one line. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The low byte of SQLite's codes is the family, the rest says more. */
  private static final int PRIMARY_CODE = 0xff;

  /** A full, failing or read-only disk: somebody may make room or mount it again. */
  private static final Set<Integer> PASSING_IN_SQLITE =
      Set.of(
          SQLiteErrorCode.SQLITE_FULL.code,
          SQLiteErrorCode.SQLITE_IOERR.code,
          SQLiteErrorCode.SQLITE_READONLY.code,
          SQLiteErrorCode.SQLITE_CANTOPEN.code);

  private final boolean passes;

  public StoreException(String what, Throwable cause) {
    this(what, cause, mayPass(cause));
  }

  public StoreException(String what) {
    super(what);
    this.passes = false;
  }

  private StoreException(String what, Throwable cause, boolean passes) {
    super(what + ": " + brief(cause), cause);
    this.passes = passes;
  }

  /** The backend may or may not have done it. */
  static StoreException unknownOutcome(String what, Throwable cause) {
    return new StoreException(what + ", so it may or may not have happened", cause, false);
  }

  /**
   * Whether nothing happened and the same call may succeed soon: the connection was lost, or the
   * server gave up on behalf of another transaction.
   */
  boolean passes() {
    return passes;
  }

  private static boolean mayPass(Throwable cause) {
    if (!(cause instanceof SQLException failure)) {
      return false;
    }
    if (failure instanceof SQLiteException embedded) {
      return PASSING_IN_SQLITE.contains(embedded.getResultCode().code & PRIMARY_CODE);
    }
    String state = Objects.requireNonNullElse(failure.getSQLState(), "");
    return failure instanceof SQLTransientException
        || failure instanceof SQLRecoverableException
        || failure instanceof SQLNonTransientConnectionException
        || state.startsWith("08") // connection lost
        || state.startsWith("70"); // interrupted from outside: KILL, shutdown
  }

  /** The driver's texts have several lines, and the reason is often only in the last cause. */
  private static String brief(Throwable failure) {
    String first = firstLine(failure);
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String last = firstLine(root);
    return first.contains(last) ? first : first + " (" + last + ")";
  }

  private static String firstLine(Throwable failure) {
    String message = Objects.requireNonNullElse(failure.getMessage(), "");
    return message
        .lines()
        .filter(line -> !line.isBlank())
        .findFirst()
        .orElse(failure.getClass().getSimpleName())
        .strip();
  }
}
