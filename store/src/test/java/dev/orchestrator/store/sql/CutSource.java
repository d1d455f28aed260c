package dev.orchestrator.store.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Connections that fail behind a number of writing statements and commits, all together: either
 * their sessions die there, as with their process, or only one statement is refused.
 */
final class CutSource {
  private static final Pattern READS =
      Pattern.compile(
          "^\\s*(--[^\\n]*\\n\\s*)*(SELECT|SHOW|PRAGMA|SET|USE|BEGIN|DESC).*", Pattern.DOTALL);

  private final DataSource inner;
  private final int lastPassed;
  private final boolean death;
  private int writes;
  private boolean dead;

  private CutSource(DataSource inner, int lastPassed, boolean death) {
    this.inner = inner;
    this.lastPassed = lastPassed;
    this.death = death;
  }

  /** The sessions die behind so many writes. */
  static CutSource dyingBehind(int writes, DataSource inner) {
    return new CutSource(inner, writes, true);
  }

  /** The write behind so many is refused, once. */
  static CutSource refusingBehind(int writes, DataSource inner) {
    return new CutSource(inner, writes, false);
  }

  int writes() {
    return writes;
  }

  DataSource source() {
    return proxy(DataSource.class, inner, null);
  }

  private <T> T proxy(Class<T> type, T target, String prepared) {
    return type.cast(
        Proxy.newProxyInstance(
            CutSource.class.getClassLoader(),
            new Class<?>[] {type},
            (_, method, arguments) -> call(target, method, arguments, prepared)));
  }

  private Object call(Object target, Method method, Object[] arguments, String prepared)
      throws Throwable {
    if (dead && !method.getName().equals("close")) {
      throw new SQLException("cut", "08S01");
    }
    String sql = arguments != null && arguments[0] instanceof String text ? text : prepared;
    boolean writes =
        method.getName().equals("commit")
            || method.getName().startsWith("execute")
                && sql != null
                && !READS.matcher(sql.toUpperCase(Locale.ROOT)).matches();
    if (writes && !death && this.writes++ == lastPassed) {
      throw new SQLException("refused: " + sql, "HY000");
    }
    Object result = invoke(target, method, arguments);
    if (writes && death && ++this.writes == lastPassed) {
      dead = true;
      end(connection(target));
      throw new SQLException("cut behind " + sql, "08S01");
    }
    return switch (result) {
      case PreparedStatement statement -> proxy(PreparedStatement.class, statement, sql);
      case Statement statement when method.getName().equals("createStatement") ->
          proxy(Statement.class, statement, null);
      case Connection connection when target instanceof DataSource ->
          proxy(Connection.class, connection, null);
      case null, default -> result;
    };
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** As the death of the process would: the server or the file's lock learns of it at once. */
  private static void end(Connection connection) throws SQLException {
    if (connection.getMetaData().getURL().startsWith("jdbc:sqlite:")) {
      connection.close();
    } else {
      connection.abort(Runnable::run);
    }
  }

  private static Connection connection(Object target) throws SQLException {
    return target instanceof Connection connection
        ? connection
        : ((Statement) target).getConnection();
  }
}
