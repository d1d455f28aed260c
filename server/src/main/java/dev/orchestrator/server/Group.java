package dev.orchestrator.server;

import dev.orchestrator.api.http.RaftAdmin;
import dev.orchestrator.probe.observer.ObserverLink;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Replicator;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * This node's part in agreeing: a member of a Raft group, or a node that decides alone.
 * Thread-safe.
 */
sealed interface Group extends AutoCloseable permits GroupMember, LoneNode {
  Replicator replicator();

  Leadership leadership();

  /** Status of the member, empty without Raft. */
  Optional<RaftStatus> status();

  /** The way to the other members, empty for a node that decides alone. */
  Optional<ObserverLink> observerLink();

  /** The member itself, empty without Raft. */
  Optional<RaftAdmin> raftAdmin();

  /** Calls the listener after each change of leadership. */
  void onChange(Runnable listener);

  /**
   * Says whether this node is fit to lead. One that is not hands leadership over if it has it, and
   * takes none. Returns at once.
   */
  void beFit(boolean fit);

  /** Hands leadership over, if this node has it and somebody can take it; within a second. */
  void handOver();

  /** Adds the checks that the node's part needs while it runs. */
  void watch(Watches watches, Consumer<String> cannotJoin);

  /** Adds the comparison of the members' states, whose calls may take seconds. */
  void watchStates(Watches watches);

  @Override
  void close();
}
