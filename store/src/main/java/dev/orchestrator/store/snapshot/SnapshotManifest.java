package dev.orchestrator.store.snapshot;

import dev.orchestrator.raft.core.LogId;
import java.util.List;
import java.util.Optional;

/**
 * What an image says about itself before its rows. Immutable.
 *
 * @param id the last entry whose effects are in the rows
 * @param lastStampEpochMillis the newest stamp applied, milliseconds since 1970-01-01 UTC
 * @param clusterId the Raft group; empty for the state of a node without Raft
 * @param tables what follows, in this order
 */
public record SnapshotManifest(
    LogId id, long lastStampEpochMillis, Optional<String> clusterId, List<Table> tables) {
  /** A table and the columns that its rows have. */
  public record Table(String name, List<String> columns) {
    public Table {
      columns = List.copyOf(columns);
    }
  }

  public SnapshotManifest {
    tables = List.copyOf(tables);
  }
}
