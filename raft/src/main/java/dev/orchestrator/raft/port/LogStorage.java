package dev.orchestrator.raft.port;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogReader;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A member's log, hard state and incarnation on disk.
 *
 * <p>{@link #persist} is called by one thread at a time, {@link #read} by another one meanwhile.
 * All methods throw an unchecked exception that names what was tried if the disk fails or what is
 * on it is damaged; after a failed {@code persist} the storage must not be used again.
 */
public interface LogStorage extends LogReader, AutoCloseable {
  /** Random number made when the data folder was first initialised (rule I2). */
  long incarnation();

  /** What the log begins behind; {@link LastIncluded#NOTHING} until it is cut. */
  LastIncluded lastIncluded();

  /**
   * Reads everything once, at start, and checks it. Before that only {@link #incarnation} and
   * {@link #lastIncluded} may be called.
   *
   * @param eachEntry gets all entries in order
   * @return the hard state, {@link HardState#INITIAL} at first
   */
  HardState load(Consumer<LogEntry> eachEntry);

  /**
   * Changes hard state and log in one atomic step, and returns once it is safe on disk.
   *
   * @param hardState null if unchanged
   * @param truncateFrom first index to remove before appending, 0 if none
   * @param entries what follows; contiguous to what is left
   */
  void persist(@Nullable HardState hardState, long truncateFrom, List<LogEntry> entries);

  /**
   * Makes the log begin behind this entry, in one atomic step, and returns once it is safe on disk:
   * entries up to it go, and all go if the log does not hold it.
   *
   * @param hardState changed in the same step; null if unchanged
   */
  void cut(@Nullable HardState hardState, LastIncluded lastIncluded);

  /** Where snapshots are kept. */
  SnapshotStorage snapshots();

  @Override
  List<LogEntry> read(long fromIndex, long toIndex, int maxBytes);

  @Override
  void close();
}
