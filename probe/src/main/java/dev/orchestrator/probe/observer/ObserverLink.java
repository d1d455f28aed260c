package dev.orchestrator.probe.observer;

import java.util.List;
import java.util.function.BiConsumer;

/** The way to the other members, past the log. Thread-safe. */
public interface ObserverLink {
  /** Name of this member. */
  String self();

  /** Names of the members that vote now, this one included if it votes. */
  List<String> voters();

  /** Hands bytes to another member; best effort, never blocks. */
  void tell(String member, byte[] note);

  /** Calls the listener with a member's name and what it sent. */
  void onNote(BiConsumer<String, byte[]> listener);
}
