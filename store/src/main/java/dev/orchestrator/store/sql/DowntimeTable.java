package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.Optional;

/** Table {@code downtime}. Replicated. Thread-safe. */
public final class DowntimeTable {
  DowntimeTable() {}

  /** All rows, in force or not, ordered by key. */
  public List<Downtime> all() {
    throw new UnsupportedOperationException();
  }

  public Optional<Downtime> find(InstanceKey key) {
    throw new UnsupportedOperationException("find " + key);
  }
}
