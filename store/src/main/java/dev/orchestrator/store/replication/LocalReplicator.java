package dev.orchestrator.store.replication;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.fsm.SqlStateMachine;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * {@link Replicator} and {@link Leadership} of a node without Raft: it alone decides. Thread-safe.
 */
public final class LocalReplicator implements Replicator, Leadership {
  public LocalReplicator(SqlStateMachine stateMachine, String self, URI ownUri) {
    throw new UnsupportedOperationException("over " + self + ownUri);
  }

  @Override
  public Outcome submit(Command command, Duration timeout) {
    throw new UnsupportedOperationException(command.name() + timeout);
  }

  @Override
  public boolean leads() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean leaderCheck() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long term() {
    throw new UnsupportedOperationException();
  }

  @Override
  public String self() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<URI> leaderUri() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean partOfQuorum() {
    throw new UnsupportedOperationException();
  }
}
