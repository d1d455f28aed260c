package dev.orchestrator.server;

import dev.orchestrator.probe.observer.ObserverLink;
import dev.orchestrator.raft.group.RaftMember;
import java.util.List;
import java.util.function.BiConsumer;

/** What members see of the fleet travels beside Raft, on the same connections. Thread-safe. */
record MemberLink(RaftMember<?> member) implements ObserverLink {
  @Override
  public String self() {
    return member.status().self().name();
  }

  @Override
  public List<String> voters() {
    return member.status().voters();
  }

  @Override
  public void tell(String other, byte[] note) {
    var _ = NoteKind.SIGHTINGS.tell(member, other, note); // the next note follows in a moment
  }

  @Override
  public void onNote(BiConsumer<String, byte[]> listener) {
    NoteKind.SIGHTINGS.onNote(member, listener);
  }
}
