package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.Membership;

/** A change of the membership that somebody asks for. Immutable. */
public sealed interface MemberChange {
  /** Name of the member that comes or goes. */
  String name();

  /** Whether it has been carried out. */
  boolean isDone(Membership settled);

  /** Let the configured, connected member of this name in. */
  record Add(String name) implements MemberChange {
    @Override
    public boolean isDone(Membership settled) {
      return settled.voters().stream().anyMatch(voter -> voter.name().equals(name));
    }
  }

  /** Remove the voter of this name. */
  record Remove(String name) implements MemberChange {
    @Override
    public boolean isDone(Membership settled) {
      return settled.voters().stream().noneMatch(voter -> voter.name().equals(name));
    }
  }
}
