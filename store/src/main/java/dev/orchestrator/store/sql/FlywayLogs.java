package dev.orchestrator.store.sql;

import java.util.Set;
import org.flywaydb.core.api.logging.Log;
import org.flywaydb.core.api.logging.LogCreator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Flyway has to say: warnings as such, everything else for debugging. Its errors are debugging
 * too, since each comes as an exception as well. Made by Flyway, by name. Thread-safe.
 */
public final class FlywayLogs implements LogCreator {
  /**
   * Who warns of what is as it should be: servers newer than those Flyway was tried with, and
   * tables that {@code CREATE TABLE IF NOT EXISTS} found.
   */
  private static final Set<String> OVERCAUTIOUS = Set.of("Database", "ErrorOverridesSupportStub");

  @Override
  public Log createLogger(Class<?> owner) {
    return new ToSlf4j(
        LoggerFactory.getLogger(owner), OVERCAUTIOUS.contains(owner.getSimpleName()));
  }

  private record ToSlf4j(Logger log, boolean overcautious) implements Log {
    @Override
    public void debug(String message) {
      log.debug("{}", message);
    }

    @Override
    public void info(String message) {
      log.debug("{}", message);
    }

    @Override
    public void notice(String message) {
      log.debug("{}", message);
    }

    @Override
    public void warn(String message) {
      if (overcautious) {
        log.debug("{}", message);
      } else {
        log.warn("{}", message);
      }
    }

    @Override
    public void error(String message) {
      log.debug("{}", message);
    }

    @Override
    public void error(String message, Exception cause) {
      log.debug("{}", message, cause);
    }
  }
}
