package dev.orchestrator.server;

import dev.orchestrator.raft.group.RaftMember;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.replication.FormatWatch;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** The group, as the agreement on the format of commands needs it. Thread-safe. */
record FormatGroup(RaftMember<CommandResult> member) implements FormatWatch.Group {
  @Override
  public Collection<String> voters() {
    return List.copyOf(member.status().voters());
  }

  @Override
  public void announce(int format) {
    byte[] note = ByteBuffer.allocate(Integer.BYTES).putInt(format).array();
    member.status().leader().ifPresent(leader -> NoteKind.FORMAT.tell(member, leader.name(), note));
  }

  /** Hands on what other voters read. */
  void onAnnouncement(ObjIntConsumer<String> listener) {
    NoteKind.FORMAT.onNote(
        member,
        (from, note) -> {
          if (note.length == Integer.BYTES && member.status().voters().contains(from)) {
            listener.accept(from, ByteBuffer.wrap(note).getInt());
          }
        });
  }
}
