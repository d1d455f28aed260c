package dev.orchestrator.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The log as its node sees it, ahead of the disk: terms and memberships of all entries, the entries
 * themselves as far as they are not yet durable or still in the cache. What was compacted away is
 * stood for by its last entry (§7). Confined to its node's thread.
 */
public final class RaftLog {
  private final LogReader reader;
  private final long cacheBytes;

  /** First index of each run of entries of one term, to that term. */
  private final NavigableMap<Long, Long> termStarts = new TreeMap<>();

  private final NavigableMap<Long, Membership> memberships = new TreeMap<>();
  private final List<LogEntry> cache = new ArrayList<>();
  private long cachedBytes;
  private long lastIndex;
  private long durableIndex;

  /** Last index that was handed out to be written. */
  private long handedIndex;

  /** First index to be removed by the next write, 0 if none. */
  private long truncateFrom;

  private LastIncluded lastIncluded = LastIncluded.NOTHING;
  private boolean cutUnwritten;
  private LogSizes sizes = new LogSizes(0);

  /** An empty log. */
  public RaftLog(LogReader reader, long cacheBytes) {
    this(reader, cacheBytes, LastIncluded.NOTHING);
  }

  /** A log that has nothing behind this entry yet. */
  public RaftLog(LogReader reader, long cacheBytes, LastIncluded lastIncluded) {
    this.reader = reader;
    this.cacheBytes = cacheBytes;
    beginBehind(lastIncluded);
  }

  /** Takes in an entry found on disk at start; to be called in log order before anything else. */
  public void restore(LogEntry entry) {
    add(entry);
    handedIndex = entry.index();
    durableTo(entry.index());
  }

  /** First index that can be read, if the log goes that far. */
  public long firstIndex() {
    return lastIncluded.index() + 1;
  }

  /** What the log begins behind. */
  public LastIncluded lastIncluded() {
    return lastIncluded;
  }

  /** What the log would begin behind if it were cut there; from {@link #lastIncluded()} on. */
  public LastIncluded lastIncludedAt(long index) {
    Map.Entry<Long, Membership> newest = memberships.floorEntry(index);
    return new LastIncluded(
        new LogId(termAt(index), index),
        newest == null ? Optional.empty() : Optional.of(newest.getValue()));
  }

  /** Approximate size of all entries the log has. */
  public long sizeBytes() {
    return sizes.from(firstIndex());
  }

  /** First index from which on the entries take about this much at most. */
  public long firstIndexWithin(long bytes) {
    return sizes.firstWithin(bytes, lastIndex + 1);
  }

  /** Last index, 0 if empty. */
  public long lastIndex() {
    return lastIndex;
  }

  /** Term and index of the last entry, {@link LogId#ZERO} if empty. */
  public LogId lastId() {
    return new LogId(termAt(lastIndex), lastIndex);
  }

  /** Last index up to which disk and memory agree. */
  public long durableIndex() {
    return durableIndex;
  }

  /** Term of the entry at an index from that of {@link #lastIncluded()} to the last one. */
  public long termAt(long index) {
    if (index < lastIncluded.index() || index > lastIndex) {
      throw new IllegalStateException(
          "no entry " + index + " in a log from " + firstIndex() + " to " + lastIndex);
    }
    Map.Entry<Long, Long> run = termStarts.floorEntry(index);
    return run == null ? 0 : run.getValue();
  }

  /**
   * Whether the log holds an entry of this term at this index (the consistency check of §5.3). What
   * was compacted away was committed: whatever a leader has there is the same.
   */
  public boolean contains(LogId id) {
    return id.index() < lastIncluded.index()
        || (id.index() <= lastIndex && termAt(id.index()) == id.term());
  }

  /** First index of the run of entries with the same term as the entry at {@code index}. */
  public long firstIndexOfTermAt(long index) {
    Long start = termStarts.floorKey(index);
    return start == null ? firstIndex() : Math.max(start, lastIncluded.index());
  }

  /** Last index with this term, empty if the log has no entry of it. */
  public Optional<Long> lastIndexOfTerm(long term) {
    long end = lastIndex;
    for (Map.Entry<Long, Long> run : termStarts.descendingMap().entrySet()) {
      if (run.getValue() == term) {
        return Optional.of(end);
      }
      if (run.getValue() < term) {
        return Optional.empty();
      }
      end = run.getKey() - 1;
    }
    return Optional.empty();
  }

  /** Newest membership in the log, committed or not. */
  public Optional<Membership> membership() {
    return memberships.isEmpty()
        ? Optional.empty()
        : Optional.of(memberships.lastEntry().getValue());
  }

  /** The membership before the newest one; empty if there were not two. */
  public Optional<Membership> previousMembership() {
    return memberships.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(memberships.lowerEntry(memberships.lastKey()))
            .map(Map.Entry::getValue);
  }

  /** Index of the newest membership, 0 if there is none. */
  public long membershipIndex() {
    return memberships.isEmpty() ? 0 : memberships.lastKey();
  }

  /** Drops the entries up to this one; its membership stays in use. */
  void compactTo(long index) {
    beginAt(lastIncludedAt(index));
    int drop = (int) Math.max(0, Math.min(cache.size(), index + 1 - cacheFirst()));
    for (LogEntry entry : cache.subList(0, drop)) {
      cachedBytes -= entry.sizeBytes();
    }
    cache.subList(0, drop).clear();
    sizes.dropTo(index);
    cutUnwritten = true;
  }

  /** Drops all entries: the state is now that of a snapshot which the log did not lead to. */
  void resetTo(LastIncluded newLastIncluded) {
    beginBehind(newLastIncluded);
    durableIndex = 0; // until the cut is on disk
    cutUnwritten = true;
  }

  private void beginBehind(LastIncluded newLastIncluded) {
    cache.clear();
    cachedBytes = 0;
    termStarts.clear();
    memberships.clear();
    lastIndex = newLastIncluded.index();
    handedIndex = lastIndex;
    durableIndex = lastIndex;
    truncateFrom = 0;
    sizes = new LogSizes(lastIndex);
    beginAt(newLastIncluded);
  }

  private void beginAt(LastIncluded newLastIncluded) {
    LogId id = newLastIncluded.id();
    lastIncluded = newLastIncluded;
    if (id.index() > 0) {
      termStarts.headMap(id.index(), true).clear();
      termStarts.put(id.index(), id.term());
      memberships.headMap(id.index(), true).clear();
      newLastIncluded.membership().ifPresent(value -> memberships.put(id.index(), value));
    }
  }

  /** Adds an entry behind the last one. */
  void append(LogEntry entry) {
    add(entry);
  }

  /** Removes this entry and all behind it, in memory now, on disk with the next write. */
  void truncateFrom(long index) {
    if (index <= handedIndex) {
      truncateFrom = truncateFrom == 0 ? index : Math.min(truncateFrom, index);
      handedIndex = index - 1;
    }
    durableIndex = Math.min(durableIndex, index - 1);
    while (!cache.isEmpty() && cache.getLast().index() >= index) {
      cachedBytes -= cache.removeLast().sizeBytes();
    }
    lastIndex = index - 1;
    sizes.truncateFrom(index);
    termStarts.tailMap(index, true).clear();
    memberships.tailMap(index, true).clear();
  }

  /**
   * Entries from {@code fromIndex} to {@code toIndex}, cut before {@code maxBytes}, at least one.
   */
  List<LogEntry> read(long fromIndex, long toIndex, int maxBytes) {
    if (fromIndex > toIndex) {
      return List.of();
    }
    long cacheFirst = cacheFirst();
    if (fromIndex < cacheFirst) {
      return reader.read(fromIndex, Math.min(toIndex, cacheFirst - 1), maxBytes);
    }
    List<LogEntry> entries = new ArrayList<>();
    long bytes = 0;
    for (long index = fromIndex; index <= toIndex; index++) {
      LogEntry entry = cache.get((int) (index - cacheFirst));
      bytes += entry.sizeBytes();
      if (!entries.isEmpty() && bytes > maxBytes) {
        break;
      }
      entries.add(entry);
    }
    return entries;
  }

  /** Whether memory has changes that no write was handed out for. */
  boolean hasUnwritten() {
    return cutUnwritten || truncateFrom != 0 || handedIndex < lastIndex;
  }

  /** Where the next write has to cut the log, null if nowhere; forgets it. */
  @Nullable LastIncluded takeCut() {
    LastIncluded cut = cutUnwritten ? lastIncluded : null;
    cutUnwritten = false;
    return cut;
  }

  /** First index the next write has to remove, 0 if none; forgets it. */
  long takeTruncation() {
    long from = truncateFrom;
    truncateFrom = 0;
    return from;
  }

  /** Entries the next write has to append; counts them as handed out. */
  List<LogEntry> takeUnwritten() {
    List<LogEntry> entries = read(handedIndex + 1, lastIndex, Integer.MAX_VALUE);
    handedIndex = lastIndex;
    return entries;
  }

  /** Entries up to this index are on disk and equal to those in memory. */
  void durableTo(long index) {
    durableIndex = Math.max(durableIndex, index);
    evict();
  }

  private void add(LogEntry entry) {
    if (entry.index() != lastIndex + 1 || entry.term() < termAt(lastIndex)) {
      throw new IllegalStateException("entry " + entry.id() + " cannot follow " + lastId());
    }
    if (entry.term() != termAt(lastIndex)) {
      termStarts.put(entry.index(), entry.term());
    }
    if (entry instanceof LogEntry.MembershipChange change) {
      memberships.put(entry.index(), change.membership());
    }
    cache.add(entry);
    sizes.add(entry);
    cachedBytes += entry.sizeBytes();
    lastIndex = entry.index();
  }

  private long cacheFirst() {
    return lastIndex - cache.size() + 1;
  }

  /** Drops durable entries once the cache is twice its size, so that the cost is spread. */
  private void evict() {
    if (cachedBytes <= 2 * cacheBytes) {
      return;
    }
    long first = cacheFirst();
    int drop = 0;
    while (drop < cache.size() && first + drop <= durableIndex && cachedBytes > cacheBytes) {
      cachedBytes -= cache.get(drop).sizeBytes();
      drop++;
    }
    cache.subList(0, drop).clear();
  }
}
