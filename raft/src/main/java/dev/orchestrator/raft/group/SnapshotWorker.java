package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.core.SnapshotTask;
import dev.orchestrator.raft.port.SnapshotStorage;
import dev.orchestrator.raft.port.StateImage;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes snapshot files on a thread of its own, so that they hold up neither heartbeats
 * nor apply. Failures are logged and the work is asked for again. Submitted to and drained by
 * raft-loop.
 */
final class SnapshotWorker implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(SnapshotWorker.class);
  private static final int MAX_WAITING = 64;
  private static final long POLL_MILLIS = 100;

  private sealed interface Work {
    record Spool(LastIncluded lastIncluded, StateImage image) implements Work {}

    record DiscardSpool() implements Work {}

    record DiscardReceived() implements Work {}

    record Send(SnapshotTask.SendChunk part) implements Work {}

    record Store(SnapshotTask.StoreChunk part) implements Work {}
  }

  private final SnapshotStorage storage;
  private final BiConsumer<MemberId, RaftMessage> send;
  private final Runnable wakeLoop;
  private final BlockingQueue<Work> queue = new ArrayBlockingQueue<>(MAX_WAITING);

  /** At most one for each work submitted and not drained yet. */
  private final Queue<Input> results = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean spooling = new AtomicBoolean();
  private @Nullable SnapshotInfo verified;
  private volatile boolean stopping;

  SnapshotWorker(
      SnapshotStorage storage, BiConsumer<MemberId, RaftMessage> send, Runnable wakeLoop) {
    this.storage = storage;
    this.send = send;
    this.wakeLoop = wakeLoop;
  }

  /** Whether an image is being written; ends with {@link Input.SnapshotSpooled}. */
  boolean isSpooling() {
    return spooling.get();
  }

  /** Takes the image over; false if there is too much to do. */
  boolean spool(LastIncluded lastIncluded, StateImage image) {
    spooling.set(true);
    if (queue.offer(new Work.Spool(lastIncluded, image))) {
      return true;
    }
    spooling.set(false);
    return false;
  }

  void discardSpool() {
    var _ = queue.offer(new Work.DiscardSpool()); // else the next spool replaces it
  }

  /** What was received is installed, or no good. */
  boolean discardReceived() {
    return queue.offer(new Work.DiscardReceived());
  }

  void send(SnapshotTask.SendChunk part) {
    var _ = queue.offer(new Work.Send(part)); // a part that is dropped is asked for again
  }

  void store(SnapshotTask.StoreChunk part) {
    var _ = queue.offer(new Work.Store(part)); // likewise
  }

  /** What came of earlier work, null if nothing is new. */
  @Nullable Input pollResult() {
    return results.poll();
  }

  void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        Work work = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (work != null) {
          carryOut(work);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      for (Work work = queue.poll(); work != null; work = queue.poll()) {
        if (work instanceof Work.Spool(LastIncluded _, StateImage image)) {
          image.close();
        }
      }
    }
  }

  private void carryOut(Work work) {
    try {
      switch (work) {
        case Work.Spool(LastIncluded lastIncluded, StateImage image) -> write(lastIncluded, image);
        case Work.DiscardSpool _ -> storage.discardSpool();
        case Work.DiscardReceived _ -> {
          verified = null;
          storage.discardReceived();
        }
        case Work.Send(SnapshotTask.SendChunk part) ->
            send.accept(
                part.to(), part.with(storage.read(part.snapshot(), part.offset(), part.length())));
        case Work.Store(SnapshotTask.StoreChunk part) -> store(part, part.snapshot());
      }
    } catch (IOException | RuntimeException e) {
      log.warn("a snapshot file failed; it is tried again", e);
    }
  }

  private void write(LastIncluded lastIncluded, StateImage image) throws IOException {
    SnapshotInfo spooled = null;
    try (image) {
      spooled = storage.spool(lastIncluded, image);
      log.info("spooled {}", spooled);
    } finally {
      report(new Input.SnapshotSpooled(spooled));
      spooling.set(false);
    }
  }

  private void store(SnapshotTask.StoreChunk part, SnapshotInfo snapshot) throws IOException {
    if (snapshot.equals(verified)) {
      report(new Input.ChunkStored(snapshot, snapshot.sizeBytes(), true));
      return;
    }
    verified = null;
    long next = storage.store(snapshot, part.offset(), part.chunk());
    boolean complete = next == snapshot.sizeBytes() && storage.isComplete(snapshot);
    if (complete) {
      log.info("received {}", snapshot);
      verified = snapshot;
    } else if (next == snapshot.sizeBytes()) {
      log.warn("the checksum of {} is wrong; it is fetched again", snapshot);
      next = 0;
    }
    report(new Input.ChunkStored(snapshot, next, complete));
  }

  private void report(Input result) {
    results.add(result);
    wakeLoop.run();
  }
}
