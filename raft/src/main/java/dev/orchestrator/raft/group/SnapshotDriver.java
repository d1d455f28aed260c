package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.core.SnapshotTask;
import dev.orchestrator.raft.port.StateImage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the node wants done with snapshots, by raft-apply (which pins and restores
 * states) and raft-snapshot (which has the files). Confined to raft-loop.
 */
final class SnapshotDriver {
  private static final Logger log = LoggerFactory.getLogger(SnapshotDriver.class);

  /** Between two images, so that a follower in trouble does not keep the disk busy. */
  private static final long SPOOL_PAUSE_MILLIS = 1_000;

  /** A spooled image that nobody fetches is kept for so long. */
  private static final long SPOOL_KEEP_MILLIS = 60_000;

  private final SnapshotWorker worker;
  private final Compactor compactor;
  private boolean spooled;
  private long spoolNotBeforeMillis;
  private long lastUsedMillis;
  private @Nullable SnapshotInfo toInstall;

  SnapshotDriver(SnapshotWorker worker, Compactor compactor) {
    this.worker = worker;
    this.compactor = compactor;
  }

  /** Asks for the log to be cut. */
  void compact(CompletableFuture<Long> cut) {
    compactor.ask(cut);
  }

  void stopped() {
    compactor.stopped();
  }

  /** Before the node's work is taken: tells it what has come of earlier work. */
  void before(RaftNode node, ApplyLoop<?> toState, long nowMillis) {
    for (Input result = worker.pollResult(); result != null; result = worker.pollResult()) {
      if (result instanceof Input.SnapshotSpooled(SnapshotInfo snapshot)) {
        spooled = snapshot != null;
        lastUsedMillis = nowMillis;
      }
      node.step(result);
    }
    Input.SnapshotInstalled installed = toState.takeInstalled();
    boolean pinning = toState.isPinning();
    StateImage image = toState.takeImage();
    if (installed != null) {
      node.step(installed);
      worker.discardReceived();
    }
    if (image != null && installed != null) {
      image.close(); // it may be of the state before
    } else if (image != null) {
      spool(node, image);
    }
    boolean held = pinning || worker.isSpooling();
    compactor.turn(node, toState, held, nowMillis);
  }

  private void spool(RaftNode node, StateImage image) {
    LogId id = image.id();
    LastIncluded first = node.log().lastIncluded();
    boolean inLog = id.index() >= first.index() && id.index() > 0 && node.log().contains(id);
    if (!inLog || !worker.spool(node.log().lastIncludedAt(id.index()), image)) {
      image.close();
    }
  }

  /** After the node's work was taken: hands it on. */
  void after(RaftNode node, List<SnapshotTask> tasks, ApplyLoop<?> toState, long nowMillis) {
    for (SnapshotTask task : tasks) {
      switch (task) {
        case SnapshotTask.SendChunk part -> worker.send(part);
        case SnapshotTask.StoreChunk part -> worker.store(part);
        case SnapshotTask.Install(SnapshotInfo snapshot) -> toInstall = snapshot;
      }
    }
    if (toInstall != null && toState.install(toInstall)) {
      log.info("installing {}", toInstall);
      toInstall = null;
    }
    maybeSpool(node, toState, nowMillis);
  }

  private void maybeSpool(RaftNode node, ApplyLoop<?> toState, long nowMillis) {
    if (node.isSnapshotInUse()) {
      lastUsedMillis = nowMillis;
    }
    if (toState.isPinning() || worker.isSpooling()) {
      return;
    }
    boolean wanted =
        node.wantedSnapshot().filter(from -> from <= toState.appliedIndex()).isPresent();
    if (wanted && nowMillis >= spoolNotBeforeMillis) {
      spoolNotBeforeMillis = nowMillis + SPOOL_PAUSE_MILLIS;
      toState.requestImage();
    } else if (spooled && nowMillis - lastUsedMillis >= SPOOL_KEEP_MILLIS) {
      spooled = false;
      node.step(new Input.SnapshotSpooled(null));
      worker.discardSpool();
    }
  }
}
