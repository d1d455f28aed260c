package dev.orchestrator.raft.net;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.group.NoSnapshots;
import dev.orchestrator.raft.port.LogStorage;
import dev.orchestrator.raft.port.SnapshotStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A log that is never cut and forgets all with its process. Thread-safe. */
final class MemoryLog implements LogStorage {
  private final long incarnation;
  private final List<LogEntry> entries = new ArrayList<>();

  MemoryLog(long incarnation) {
    this.incarnation = incarnation;
  }

  @Override
  public long incarnation() {
    return incarnation;
  }

  @Override
  public LastIncluded lastIncluded() {
    return LastIncluded.NOTHING;
  }

  @Override
  public HardState load(Consumer<LogEntry> eachEntry) {
    return HardState.INITIAL;
  }

  @Override
  public synchronized void persist(
      @Nullable HardState hardState, long truncateFrom, List<LogEntry> added) {
    if (truncateFrom > 0) {
      entries.subList((int) truncateFrom - 1, entries.size()).clear();
    }
    entries.addAll(added);
  }

  @Override
  public void cut(@Nullable HardState hardState, LastIncluded lastIncluded) {
    throw new IllegalStateException("cuts nothing");
  }

  @Override
  public SnapshotStorage snapshots() {
    return new NoSnapshots();
  }

  @Override
  public synchronized List<LogEntry> read(long fromIndex, long toIndex, int maxBytes) {
    return List.copyOf(entries.subList((int) fromIndex - 1, (int) toIndex));
  }

  @Override
  public void close() {}
}
