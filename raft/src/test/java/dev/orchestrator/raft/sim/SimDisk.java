package dev.orchestrator.raft.sim;

import dev.orchestrator.raft.core.HardState;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.LogReader;
import dev.orchestrator.raft.core.Ready.Write;
import dev.orchestrator.raft.net.EntryRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * A store of atomic batches with the records of the real log in it. It keeps what was synced; of
 * what was not, a crash keeps the first batches or none, and a batch that was torn is as good as
 * none. A flipped bit is found when the record is read.
 */
final class SimDisk implements LogReader {
  /** What is on disk is not what was written. */
  static final class Damaged extends RuntimeException {
    private static final long serialVersionUID = 1;

    Damaged(String what, Throwable cause) {
      super(what, cause);
    }
  }

  private record Stored(LogId id, byte[] record) {}

  /** Records from the first index on. */
  private final List<Stored> records = new ArrayList<>();

  private final Deque<Write> waiting = new ArrayDeque<>();
  private HardState hardState = HardState.INITIAL;
  private LastIncluded lastIncluded = LastIncluded.NOTHING;

  /** Checksum of the last record that was dropped. */
  private int firstChain;

  /** Index of the newest membership, from which on no change is known. */
  private long membershipIndex;

  private boolean flipped;

  HardState hardState() {
    return hardState;
  }

  LastIncluded lastIncluded() {
    return lastIncluded;
  }

  long membershipIndex() {
    return membershipIndex;
  }

  /** Whether a bit was flipped that may not have been found yet. */
  boolean isFlipped() {
    return flipped;
  }

  /** Reads and checks everything, as at a start. */
  void load(Consumer<LogEntry> eachEntry) {
    int chain = firstChain;
    for (Stored stored : records) {
      EntryRecord record = decode(stored);
      if (record.chain() != chain) {
        throw new Damaged("a record in the wrong place: " + stored.id(), null);
      }
      chain = record.crc();
      eachEntry.accept(record.entry());
    }
  }

  void submit(Write write) {
    waiting.addLast(write);
  }

  int waiting() {
    return waiting.size();
  }

  /** Makes the oldest waiting write durable; returns its sequence. */
  long syncOne() {
    Write write = waiting.removeFirst();
    if (write.hardState() != null) {
      hardState = write.hardState();
    }
    if (write.cutTo() != null) {
      cut(write.cutTo());
    }
    if (write.truncateFrom() > 0) {
      while (lastIndex() >= write.truncateFrom()) {
        records.removeLast();
      }
      membershipIndex = Math.min(membershipIndex, lastIndex());
    }
    for (LogEntry entry : write.append()) {
      Violation.unless(entry.index() == lastIndex() + 1, "a gap on disk before %s", entry.id());
      records.add(new Stored(entry.id(), EntryRecord.encode(entry, chainAt(lastIndex()))));
      if (entry instanceof LogEntry.MembershipChange) {
        membershipIndex = entry.index();
      }
    }
    return write.sequence();
  }

  private void cut(LastIncluded to) {
    if (holds(to.id()) && to.index() >= lastIncluded.index()) {
      int chain = chainAt(to.index());
      records.subList(0, (int) (to.index() - lastIncluded.index())).clear();
      firstChain = chain;
    } else {
      records.clear();
      firstChain = 0;
      membershipIndex = to.index();
    }
    lastIncluded = to;
  }

  private int chainAt(long index) {
    return index == lastIncluded.index() ? firstChain : EntryRecord.crcOf(stored(index).record());
  }

  private Stored stored(long index) {
    return records.get((int) (index - lastIncluded.index() - 1));
  }

  private long lastIndex() {
    return lastIncluded.index() + records.size();
  }

  /**
   * The process dies or the power is cut: the first {@code surviving} waiting writes are there, the
   * others are not.
   */
  void crash(int surviving) {
    for (int i = 0; i < surviving; i++) {
      syncOne();
    }
    waiting.clear();
  }

  /** Flips one bit of one record, if there is any. */
  void flip(long at, int bit) {
    if (records.isEmpty()) {
      return;
    }
    int place = (int) (at % records.size());
    Stored stored = records.get(place);
    byte[] record = stored.record().clone();
    record[(bit >> 3) % record.length] ^= (byte) (1 << (bit & 7));
    records.set(place, new Stored(stored.id(), record));
    flipped = true;
  }

  /** Whether it has the entry, or had it when it was cut. */
  boolean holds(LogId id) {
    if (id.index() <= lastIncluded.index()) {
      return id.index() < lastIncluded.index() || id.equals(lastIncluded.id());
    }
    return id.index() <= lastIndex() && stored(id.index()).id().equals(id);
  }

  @Override
  public List<LogEntry> read(long fromIndex, long toIndex, int maxBytes) {
    Violation.unless(
        fromIndex > lastIncluded.index(), "read of entry %d, which is gone", fromIndex);
    List<LogEntry> found = new ArrayList<>();
    long bytes = 0;
    for (long index = fromIndex; index <= toIndex; index++) {
      LogEntry entry = decode(stored(index)).entry();
      bytes += entry.sizeBytes();
      if (!found.isEmpty() && bytes > maxBytes) {
        break;
      }
      found.add(entry);
    }
    return found;
  }

  private static EntryRecord decode(Stored stored) {
    try {
      return EntryRecord.decode(stored.record());
    } catch (IllegalArgumentException e) {
      throw new Damaged("record " + stored.id(), e);
    }
  }
}
