package dev.orchestrator.store.sql;

import java.net.URI;
import java.util.Optional;

/**
 * Table {@code setting}: single values, replicated but for those whose name starts with {@code
 * local.}. Thread-safe.
 */
public final class SettingTable {
  SettingTable() {}

  /** Whether automatic recoveries are on; true by default. */
  public boolean recoveriesEnabled() {
    throw new UnsupportedOperationException();
  }

  /** The newest announced leader. */
  public Optional<LeaderAnnouncement> leader() {
    throw new UnsupportedOperationException();
  }

  /** Who leads a term and where its HTTP API is. */
  public record LeaderAnnouncement(String member, long term, URI uri) {}
}
