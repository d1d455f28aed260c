package dev.orchestrator.server;

import dev.orchestrator.api.http.RaftAdmin;
import dev.orchestrator.probe.observer.ObserverLink;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.replication.FormatWatch;
import dev.orchestrator.store.replication.LocalReplicator;
import java.util.Optional;
import java.util.function.Consumer;

/** A node without Raft: it leads from the start and decides alone. Thread-safe. */
record LoneNode(LocalReplicator local, FormatWatch formats) implements Group {
  private static final long WATCH_MILLIS = 1_000;

  @Override
  public Replicator replicator() {
    return local;
  }

  @Override
  public Leadership leadership() {
    return local;
  }

  @Override
  public Optional<RaftStatus> status() {
    return Optional.empty();
  }

  @Override
  public Optional<ObserverLink> observerLink() {
    return Optional.empty();
  }

  @Override
  public Optional<RaftAdmin> raftAdmin() {
    return Optional.empty();
  }

  @Override
  public void onChange(Runnable listener) {
    listener.run(); // leadership begins now and never changes
  }

  /** Nobody else could lead; load balancers learn of a failed backend all the same. */
  @Override
  public void beFit(boolean fit) {}

  @Override
  public void handOver() {}

  @Override
  public void watchStates(Watches watches) {
    watches.every(WATCH_MILLIS, "command format", formats::tick);
  }

  @Override
  public void watch(Watches watches, Consumer<String> cannotJoin) {}

  @Override
  public void close() {}
}
