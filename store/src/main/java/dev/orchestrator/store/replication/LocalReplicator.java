package dev.orchestrator.store.replication;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.fsm.SqlStateMachine;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * {@link Replicator} and {@link Leadership} of a node without Raft: it alone decides. Commands are
 * applied one after the other on the thread {@code local-apply}; since there is no log to apply
 * again, each is on disk before its outcome is known. Thread-safe.
 */
public final class LocalReplicator implements Replicator, Leadership {
  /** Entries need a term above 0. */
  private static final long ENTRY_TERM = 1;

  private static final int MAX_WAITING = 1024;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  private static final long IDLE_SECONDS = 10;

  private final SqlStateMachine stateMachine;
  private final String self;
  private final URI ownUri;
  private final Stamps stamps = new Stamps(Clock.systemUTC());
  private final ThreadPoolExecutor thread;

  public LocalReplicator(SqlStateMachine stateMachine, String self, URI ownUri) {
    this.stateMachine = stateMachine;
    this.self = self;
    this.ownUri = ownUri;
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            Thread.ofPlatform().daemon().name("local-apply").factory());
    thread.allowCoreThreadTimeOut(true); // so there is nothing to close
  }

  @Override
  public Outcome submit(Command command, Duration timeout) {
    return begin(command, timeout).await();
  }

  @Override
  public Pending begin(Command command, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      Future<CommandResult> answer = thread.submit(() -> apply(command));
      return () -> await(command, answer, deadline);
    } catch (RejectedExecutionException e) {
      Outcome overloaded = new Outcome.Overloaded(RETRY_AFTER);
      return () -> overloaded;
    }
  }

  private static Outcome await(Command command, Future<CommandResult> answer, long deadline) {
    try {
      long left = Math.max(0, deadline - System.nanoTime());
      return new Outcome.Applied(answer.get(left, TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return new Outcome.Unknown(command.name() + " was not applied in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Unknown("interrupted while waiting for " + command.name());
    } catch (ExecutionException e) {
      return new Outcome.Unknown(command.name() + " failed: " + e.getCause());
    }
  }

  private CommandResult apply(Command command) {
    stamps.startBehind(stateMachine.lastStampEpochMillis());
    byte[] entry = CommandCodec.encode(command, stamps.next());
    LogId next = new LogId(ENTRY_TERM, stateMachine.applied().index() + 1);
    CommandResult result = stateMachine.apply(next, entry);
    stateMachine.sync();
    return result;
  }

  @Override
  public boolean leads() {
    return true;
  }

  @Override
  public boolean leaderCheck() {
    return true;
  }

  @Override
  public long term() {
    return 0;
  }

  @Override
  public String self() {
    return self;
  }

  @Override
  public Optional<URI> leaderUri() {
    return Optional.of(ownUri);
  }

  @Override
  public boolean partOfQuorum() {
    return true;
  }
}
