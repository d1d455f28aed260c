package dev.orchestrator.store.replication;

import dev.orchestrator.raft.group.ProposalException;
import dev.orchestrator.raft.group.RaftMember;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandCodec;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import dev.orchestrator.store.sql.Database;
import dev.orchestrator.store.sql.SettingTable.LeaderAnnouncement;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/** {@link Replicator} and {@link Leadership} on a Raft member. Thread-safe. */
public final class RaftReplicator implements Replicator, Leadership {
  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private final RaftMember<CommandResult> member;
  private final Database database;
  private final Stamps stamps;

  /** Held while a command gets its stamp and its place in the log, so that both have one order. */
  private final ReentrantLock proposing = new ReentrantLock();

  private long stampingTerm = -1;

  public RaftReplicator(RaftMember<CommandResult> member, Database database) {
    this(member, database, Clock.systemUTC());
  }

  RaftReplicator(RaftMember<CommandResult> member, Database database, Clock clock) {
    this.member = member;
    this.database = database;
    stamps = new Stamps(clock);
  }

  @Override
  public Outcome submit(Command command, Duration timeout) {
    return begin(command, timeout).await();
  }

  @Override
  public Pending begin(Command command, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    RaftStatus status = member.status();
    if (!status.leaderReady()) {
      Outcome notLeader = new Outcome.NotLeader(leaderUri());
      return () -> notLeader;
    }
    if (command.format() > 1 && command.format() > database.settings().commandFormat()) {
      Outcome tooNew =
          new Outcome.Applied(
              CommandResult.refused(
                  command.name() + " waits until every member reads format " + command.format()));
      return () -> tooNew;
    }
    Outcome overloaded = new Outcome.Overloaded(RETRY_AFTER);
    try {
      if (!proposing.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        return () -> overloaded;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return () -> overloaded; // nothing was proposed
    }
    CompletableFuture<CommandResult> answer;
    try {
      answer = propose(command, status.term());
    } finally {
      proposing.unlock();
    }
    return () -> await(command, answer, deadline);
  }

  /**
   * The newest stamp is read once per term: since the term's NoOp is applied, no older stamp can
   * still be on its way. Should leadership be lost and won again between the caller's look at the
   * status and here, apply still lifts a stamp that came too low.
   */
  private CompletableFuture<CommandResult> propose(Command command, long term) {
    if (stampingTerm != term) {
      stamps.startBehind(database.applied().lastStampEpochMillis());
      stampingTerm = term;
    }
    return member.propose(CommandCodec.encode(command, stamps.next()));
  }

  private Outcome await(
      Command command, CompletableFuture<CommandResult> answer, long deadlineNanos) {
    try {
      long left = Math.max(0, deadlineNanos - System.nanoTime());
      return new Outcome.Applied(answer.get(left, TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return new Outcome.Unknown(command.name() + " was not committed and applied in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome.Unknown("interrupted while waiting for " + command.name());
    } catch (ExecutionException e) {
      return outcomeOf(e.getCause() == null ? e : e.getCause());
    }
  }

  private Outcome outcomeOf(Throwable cause) {
    if (!(cause instanceof ProposalException proposal)) {
      return new Outcome.Unknown(cause.toString());
    }
    return switch (proposal.kind()) {
      case NOT_LEADER -> new Outcome.NotLeader(leaderUri());
      case OVERLOADED -> new Outcome.Overloaded(RETRY_AFTER);
      case UNKNOWN -> new Outcome.Unknown(String.valueOf(proposal.getMessage()));
    };
  }

  @Override
  public boolean leads() {
    return member.status().leaderReady();
  }

  @Override
  public boolean leaderCheck() {
    return member.leaderCheck();
  }

  @Override
  public long term() {
    return member.status().term();
  }

  @Override
  public String self() {
    return member.status().self().name();
  }

  /** Empty as long as the newest announcement is of another term than the current one. */
  @Override
  public Optional<URI> leaderUri() {
    long term = member.status().term();
    return database
        .settings()
        .leader()
        .filter(leader -> leader.term() == term)
        .map(LeaderAnnouncement::uri);
  }

  @Override
  public boolean partOfQuorum() {
    return member.status().partOfQuorum();
  }
}
