package dev.orchestrator.server;

import dev.orchestrator.raft.group.RaftMember;
import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * Who a note to another member is for: its first byte. Notes of a kind that a member does not know
 * are for nobody. Thread-safe.
 */
enum NoteKind {
  SIGHTINGS(1),
  STATE_REPORT(2),
  FORMAT(3);

  private final byte code;

  NoteKind(int code) {
    this.code = (byte) code;
  }

  /** As {@link RaftMember#tell}. */
  boolean tell(RaftMember<?> member, String other, byte[] body) {
    byte[] note = new byte[body.length + 1];
    note[0] = code;
    System.arraycopy(body, 0, note, 1, body.length);
    return member.tell(other, note);
  }

  /** As {@link RaftMember#onNote}, for notes of this kind. */
  void onNote(RaftMember<?> member, BiConsumer<String, byte[]> listener) {
    member.onNote(
        (from, note) -> {
          if (note.length > 0 && note[0] == code) {
            listener.accept(from, Arrays.copyOfRange(note, 1, note.length));
          }
        });
  }
}
