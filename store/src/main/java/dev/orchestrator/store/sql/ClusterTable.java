package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.ClusterRecord;
import java.util.List;
import java.util.Optional;

/** Table {@code cluster}: the primary records (rule A1). Replicated. Thread-safe. */
public final class ClusterTable {
  ClusterTable() {}

  public List<ClusterRecord> all() {
    throw new UnsupportedOperationException();
  }

  public Optional<ClusterRecord> byPrimaryUuid(String uuid) {
    throw new UnsupportedOperationException("find " + uuid);
  }

  public Optional<ClusterRecord> byId(String clusterId) {
    throw new UnsupportedOperationException("find " + clusterId);
  }
}
