package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.Recovery;
import java.util.List;
import java.util.Optional;

/** Table {@code recovery}. Replicated. Thread-safe. */
public final class RecoveryTable {
  RecoveryTable() {}

  /** Newest first. */
  public List<Recovery> newest(boolean onlyUnacknowledged, int offset, int limit) {
    throw new UnsupportedOperationException("page " + onlyUnacknowledged + offset + limit);
  }

  /** Newest first, recoveries of a cluster by its name at their start. */
  public List<Recovery> byClusterName(String clusterName, int offset, int limit) {
    throw new UnsupportedOperationException("find " + clusterName + offset + limit);
  }

  /** Newest first, recoveries of a cluster by its alias at their start. */
  public List<Recovery> byAlias(String alias, int offset, int limit) {
    throw new UnsupportedOperationException("find " + alias + offset + limit);
  }

  public Optional<Recovery> byUid(String uid) {
    throw new UnsupportedOperationException("find " + uid);
  }

  public Optional<Recovery> byId(long id) {
    throw new UnsupportedOperationException("find " + id);
  }

  /** Recoveries that have not ended, oldest first. */
  public List<Recovery> running() {
    throw new UnsupportedOperationException();
  }

  /** Unacknowledged recoveries of a cluster id whose block period has not ended, newest first. */
  public List<Recovery> blocking(String clusterId, java.time.Instant now) {
    throw new UnsupportedOperationException("find " + clusterId + now);
  }
}
