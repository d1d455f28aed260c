package dev.orchestrator.server;

import dev.orchestrator.store.command.Leadership;
import java.net.URI;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Leadership as load balancers may see it: a node whose backend fails claims neither leadership nor
 * health, whatever Raft says (rule T1). Thread-safe.
 */
record GuardedLeadership(Leadership leadership, BooleanSupplier backendWorks)
    implements Leadership {
  @Override
  public boolean leads() {
    return leadership.leads();
  }

  @Override
  public boolean leaderCheck() {
    return backendWorks.getAsBoolean() && leadership.leaderCheck();
  }

  @Override
  public long term() {
    return leadership.term();
  }

  @Override
  public String self() {
    return leadership.self();
  }

  @Override
  public Optional<URI> leaderUri() {
    return leadership.leaderUri();
  }

  @Override
  public boolean partOfQuorum() {
    return backendWorks.getAsBoolean() && leadership.partOfQuorum();
  }
}
