package dev.orchestrator.store.log;

import dev.orchestrator.store.sql.StoreException;
import org.jspecify.annotations.Nullable;

/** What is in a Raft log's folder is not what was written there (rule I6). */
public final class DamagedLogException extends StoreException {
  private static final long serialVersionUID = 1;

  DamagedLogException(String what, @Nullable Exception cause) {
    super(what);
    if (cause != null) {
      initCause(cause);
    }
  }
}
