package dev.orchestrator.store.sql;

import dev.orchestrator.store.model.InstanceKey;
import java.util.List;

/** Table {@code discovery_seed}: servers that people asked to discover. Replicated. Thread-safe. */
public final class SeedTable {
  SeedTable() {}

  public List<InstanceKey> all() {
    throw new UnsupportedOperationException();
  }
}
