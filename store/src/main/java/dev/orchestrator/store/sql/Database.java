package dev.orchestrator.store.sql;

import java.nio.file.Path;

/**
 * This node's SQL backend: opens and migrates it, and hands out one repository per table.
 * Thread-safe.
 */
public final class Database implements AutoCloseable {
  private Database() {}

  /**
   * Opens an embedded SQLite file, creating and migrating it as needed.
   *
   * @throws StoreException the file cannot be opened or written, or was made by a newer program
   */
  public static Database sqlite(Path file) {
    throw new UnsupportedOperationException("open " + file);
  }

  /** Local facts: what this node saw of each server. */
  public InstanceTable instances() {
    throw new UnsupportedOperationException();
  }

  /** Replicated: servers that people asked to discover. */
  public SeedTable seeds() {
    throw new UnsupportedOperationException();
  }

  public DowntimeTable downtimes() {
    throw new UnsupportedOperationException();
  }

  public ClusterTable clusters() {
    throw new UnsupportedOperationException();
  }

  public DetectionTable detections() {
    throw new UnsupportedOperationException();
  }

  public RecoveryTable recoveries() {
    throw new UnsupportedOperationException();
  }

  public RecoveryStepTable recoverySteps() {
    throw new UnsupportedOperationException();
  }

  public SettingTable settings() {
    throw new UnsupportedOperationException();
  }

  /**
   * Writes and reads a row to prove that the backend works.
   *
   * @throws StoreException it does not
   */
  public void probe() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
