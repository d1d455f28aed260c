package dev.orchestrator.store.replication;

import dev.orchestrator.raft.group.RaftMember;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.sql.Database;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** {@link Replicator} and {@link Leadership} on a Raft member. Thread-safe. */
public final class RaftReplicator implements Replicator, Leadership {
  public RaftReplicator(RaftMember<CommandResult> member, Database database) {
    throw new UnsupportedOperationException("over " + member);
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
