package dev.orchestrator.probe.mysql;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads the class of a failure out of a driver's exception. */
final class SqlFailures {
  private static final int MAX_CAUSES = 20;

  private SqlFailures() {}

  static FailureCause causeOf(SQLException failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      switch (cause) {
        case UnknownHostException _ -> {
          return FailureCause.UNRESOLVED;
        }
        case SocketTimeoutException _ -> {
          return FailureCause.TIMED_OUT;
        }
        case ConnectException _, NoRouteToHostException _ -> {
          return FailureCause.REFUSED;
        }
        default -> cause = cause.getCause();
      }
    }
    return switch (failure.getErrorCode()) {
      case 1040, 1203 -> FailureCause.TOO_MANY_CONNECTIONS;
      case 1044, 1045, 1130, 1142, 1227, 1698, 3118 -> FailureCause.DENIED;
      case 1053, 1152, 1158, 1159, 1160, 1161 -> FailureCause.LOST;
      default -> sessionBroke(failure) ? FailureCause.LOST : FailureCause.STATEMENT_FAILED;
    };
  }

  private static boolean sessionBroke(SQLException failure) {
    String state = failure.getSQLState();
    return state != null && state.startsWith("08");
  }

  /** One line without the driver's stack of wrapped messages. */
  static String messageOf(SQLException failure) {
    String own = firstLine(failure.getMessage());
    Throwable root = failure;
    for (int depth = 0; root.getCause() != null && depth < MAX_CAUSES; depth++) {
      root = root.getCause();
    }
    String deepest = firstLine(root.getMessage());
    return deepest.isEmpty() || own.contains(deepest) ? own : own + ": " + deepest;
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("").strip();
  }
}
