package dev.orchestrator.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots of one node (§7): the one it can send and to whom, and the one it receives. The bytes
 * are its driver's. Confined to its node's thread.
 */
final class Snapshots {
  /** A follower that was not heard for so many longest election timeouts keeps nothing. */
  private static final long HOLD_TIMEOUTS = 4;

  private static final long MILLIS_PER_SECOND = 1_000;

  private final RaftTimings timings;
  private final RaftLimits limits;
  private final RaftLog log;

  /** What this member can send. */
  private @Nullable SnapshotInfo spooled;

  /** What may be sent now, bytes times 1000; at most half a second's worth. */
  private long budget;

  /** The snapshot on its way to this member, from whom, and how much of it there is. */
  private @Nullable SnapshotInfo incoming;

  private @Nullable MemberId sender;
  private long receivedBytes;
  private long lastSentAtMillis;
  private @Nullable SnapshotInfo installing;

  private List<SnapshotTask> tasks = new ArrayList<>();

  Snapshots(RaftTimings timings, RaftLimits limits, RaftLog log) {
    this.timings = timings;
    this.limits = limits;
    this.log = log;
    refill(MILLIS_PER_SECOND);
  }

  List<SnapshotTask> takeTasks() {
    List<SnapshotTask> taken = tasks;
    tasks = new ArrayList<>();
    return taken;
  }

  // Leader side

  void spooled(@Nullable SnapshotInfo snapshot) {
    spooled = snapshot;
  }

  /** Time passed. */
  void refill(long millis) {
    long perSecond = limits.snapshotBytesPerSecond();
    long most = perSecond * MILLIS_PER_SECOND / 2;
    budget = millis >= MILLIS_PER_SECOND ? most : Math.min(most, budget + millis * perSecond);
  }

  /** Index that the next snapshot must have at least, if somebody needs one. */
  Optional<Long> wanted(Role.Leader leader) {
    long from = 0;
    for (Progress progress : leader.progress.values()) {
      if (progress.snapshotFrom > 0 && !serves(spooled, progress)) {
        from = Math.max(from, Math.max(progress.snapshotFrom, log.lastIncluded().index()));
      }
    }
    return from == 0 ? Optional.empty() : Optional.of(from);
  }

  /** Whether the log goes on behind this snapshot, here and at the follower. */
  private boolean serves(@Nullable SnapshotInfo snapshot, Progress progress) {
    return snapshot != null
        && snapshot.index() >= progress.snapshotFrom
        && snapshot.index() >= log.lastIncluded().index();
  }

  static boolean isInUse(Role.Leader leader) {
    return leader.progress.values().stream().anyMatch(progress -> progress.transfer != null);
  }

  /** Up to this index the log may be cut without making a transfer useless. */
  long neededFrom(Role.Leader leader, long nowMillis) {
    long longAgo = nowMillis - HOLD_TIMEOUTS * timings.electionMaxMillis();
    long index = Long.MAX_VALUE;
    for (Map.Entry<MemberId, Progress> each : leader.progress.entrySet()) {
      SnapshotTransfer transfer = each.getValue().transfer;
      if (transfer != null && !leader.heardBefore(each.getKey(), longAgo)) {
        index = Math.min(index, transfer.snapshot.index());
      }
    }
    return index;
  }

  /** Hands out the parts that may go now. */
  void send(Role.Leader leader, long term, long nowMillis) {
    for (Map.Entry<MemberId, Progress> each : leader.progress.entrySet()) {
      Progress progress = each.getValue();
      SnapshotInfo source = spooled;
      if (source == null || progress.snapshotFrom == 0 || !serves(source, progress)) {
        progress.transfer = null;
        continue;
      }
      SnapshotTransfer transfer = progress.transfer;
      if (transfer == null || !transfer.snapshot.equals(source)) {
        transfer = new SnapshotTransfer(source);
        progress.transfer = transfer;
      }
      sendParts(each.getKey(), transfer, term, nowMillis);
    }
  }

  private void sendParts(MemberId to, SnapshotTransfer transfer, long term, long nowMillis) {
    while (true) {
      Optional<SnapshotTransfer.Part> next =
          transfer.next(limits, budget, nowMillis, timings.electionMinMillis());
      if (next.isEmpty()) {
        return;
      }
      SnapshotTransfer.Part part = next.get();
      budget -= part.length() * MILLIS_PER_SECOND;
      tasks.add(
          new SnapshotTask.SendChunk(
              to, term, transfer.snapshot, part.offset(), part.length(), nowMillis));
    }
  }

  void acknowledged(Progress progress, RaftMessage.SnapshotStored stored, long nowMillis) {
    SnapshotTransfer transfer = progress.transfer;
    if (transfer != null && transfer.snapshot.lastIncluded().id().equals(stored.lastIncluded())) {
      transfer.stored(stored.nextOffset(), nowMillis, timings.electionMinMillis());
    }
  }

  static void interrupted(Progress progress) {
    SnapshotTransfer transfer = progress.transfer;
    if (transfer != null) {
      transfer.interrupted();
    }
  }

  // Receiver side

  boolean isInstalling() {
    return installing != null;
  }

  /** When the leader sent what this member's answer is about. */
  long lastSentAtMillis() {
    return lastSentAtMillis;
  }

  /** A part came in. While one snapshot is being installed no other one is taken. */
  void receive(MemberId from, RaftMessage.InstallSnapshot install) {
    lastSentAtMillis = install.sentAtMillis();
    SnapshotInfo snapshot = install.snapshot();
    if ((installing != null && !snapshot.equals(installing)) || !install.chunk().isIntact()) {
      return;
    }
    if (!snapshot.equals(incoming)) {
      incoming = snapshot;
      receivedBytes = 0;
    }
    sender = from;
    tasks.add(new SnapshotTask.StoreChunk(snapshot, install.offset(), install.chunk()));
  }

  /** What the leader is to be told of a stored part. */
  Optional<RaftMessage> stored(Input.ChunkStored stored, long term) {
    if (!stored.snapshot().equals(incoming)) {
      return Optional.empty();
    }
    receivedBytes = stored.nextOffset();
    return Optional.of(
        new RaftMessage.SnapshotStored(
            term, stored.snapshot().lastIncluded().id(), stored.nextOffset(), lastSentAtMillis));
  }

  void install(SnapshotInfo snapshot) {
    installing = snapshot;
    tasks.add(new SnapshotTask.Install(snapshot));
  }

  void installed() {
    installing = null;
    incoming = null;
  }

  List<SnapshotProgress> progress(Role.@Nullable Leader leader) {
    List<SnapshotProgress> all = new ArrayList<>();
    if (leader != null) {
      leader.progress.forEach(
          (member, progress) -> {
            SnapshotTransfer transfer = progress.transfer;
            if (transfer != null) {
              SnapshotInfo info = transfer.snapshot;
              all.add(
                  new SnapshotProgress(
                      member, true, info.index(), transfer.storedOffset, info.sizeBytes()));
            }
          });
    }
    SnapshotInfo received = incoming;
    MemberId from = sender;
    if (received != null && from != null) {
      all.add(
          new SnapshotProgress(from, false, received.index(), receivedBytes, received.sizeBytes()));
    }
    return all;
  }
}
