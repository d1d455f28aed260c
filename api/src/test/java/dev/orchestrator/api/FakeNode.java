package dev.orchestrator.api;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.group.RaftStatus;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.command.Outcome;
import dev.orchestrator.store.command.Replicator;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A node whose leadership and log are what the test says. Thread-safe. */
final class FakeNode implements Leadership, Replicator {
  final String name;
  volatile boolean leads;
  volatile boolean lease;
  volatile boolean inQuorum = true;
  volatile Optional<URI> leaderUri = Optional.empty();
  volatile Function<Command, Outcome> log = _ -> new Outcome.Applied(CommandResult.ACCEPTED);
  final List<Command> submitted = new CopyOnWriteArrayList<>();

  FakeNode(String name) {
    this.name = name;
  }

  static FakeNode leader(String name) {
    FakeNode node = new FakeNode(name);
    node.leads = true;
    node.lease = true;
    return node;
  }

  @Override
  public Outcome submit(Command command, Duration timeout) {
    submitted.add(command);
    return log.apply(command);
  }

  @Override
  public boolean leads() {
    return leads;
  }

  @Override
  public boolean leaderCheck() {
    return lease;
  }

  @Override
  public long term() {
    return 7;
  }

  @Override
  public String self() {
    return name;
  }

  @Override
  public Optional<URI> leaderUri() {
    return leaderUri;
  }

  @Override
  public boolean partOfQuorum() {
    return inQuorum;
  }

  Optional<RaftStatus> status() {
    Optional<MemberId> leader =
        leads
            ? Optional.of(new MemberId(name, 1))
            : inQuorum ? Optional.of(new MemberId("n1:10008", 1)) : Optional.empty();
    return Optional.of(
        new RaftStatus(
            new MemberId(name, 1),
            leads ? RoleName.LEADER : inQuorum ? RoleName.FOLLOWER : RoleName.PRE_CANDIDATE,
            7,
            leader,
            List.of("n1:10008", "n2:10008", "n3:10008"),
            Optional.of("c1"),
            12,
            12,
            12,
            leads,
            true,
            List.of()));
  }
}
