package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.port.Transport;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sorts what arrives from the network: messages go to the loop at once, notes wait here for their
 * listeners, so that a slow listener holds up nobody. Thread-safe.
 */
final class NoteBox implements Runnable, Transport.Receiver {
  private static final Logger log = LoggerFactory.getLogger(NoteBox.class);
  private static final int CAPACITY = 256;

  private static final class Note {
    final String from;
    final byte[] body;

    Note(String from, byte[] body) {
      this.from = from;
      this.body = body;
    }
  }

  private final Transport.Receiver messages;
  private final BlockingQueue<Note> notes = new ArrayBlockingQueue<>(CAPACITY);
  private final List<BiConsumer<String, byte[]>> listeners = new CopyOnWriteArrayList<>();

  NoteBox(Transport.Receiver messages) {
    this.messages = messages;
  }

  void add(BiConsumer<String, byte[]> listener) {
    listeners.add(listener);
  }

  @Override
  public void onMessage(MemberId from, RaftMessage message) {
    messages.onMessage(from, message);
  }

  @Override
  public void onReceived() {
    messages.onReceived();
  }

  @Override
  public void onPeerLost(MemberId member) {
    messages.onPeerLost(member);
  }

  @Override
  public void onNote(MemberId from, byte[] body) {
    // Full: what waits is older, but nobody takes it either.
    var _ = !listeners.isEmpty() && notes.offer(new Note(from.name(), body));
  }

  @Override
  public void run() {
    try {
      while (true) {
        Note note = notes.take();
        for (BiConsumer<String, byte[]> listener : listeners) {
          hand(listener, note);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the member closes
    }
  }

  private static void hand(BiConsumer<String, byte[]> listener, Note note) {
    try {
      listener.accept(note.from, note.body);
    } catch (RuntimeException e) {
      log.warn("a note of {} was not understood", note.from, e);
    }
  }
}
