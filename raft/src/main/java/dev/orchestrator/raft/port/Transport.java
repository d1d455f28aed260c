package dev.orchestrator.raft.port;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import java.util.List;
import java.util.Optional;

/** Carries messages between members. Thread-safe. */
public interface Transport extends AutoCloseable {
  /** What comes in; called on network threads, must not block. */
  interface Receiver {
    /** A message of the member that the handshake named. */
    void onMessage(MemberId from, RaftMessage message);

    /** A note of the member that the handshake named; must not be waited for by the sender. */
    default void onNote(MemberId from, byte[] note) {}

    /** A connection to this member was closed. */
    void onPeerLost(MemberId member);
  }

  /**
   * What this member says of itself in a handshake.
   *
   * @param clusterId empty until known
   * @param empty whether it could still take part in a first bootstrap
   */
  record Identity(MemberId self, Optional<String> clusterId, boolean empty) {}

  /**
   * What is known of one configured member.
   *
   * @param name as configured
   * @param connected whether a connection to it is open, handshake done
   * @param member its identity as of the latest handshake
   * @param clusterId as of the latest handshake
   * @param empty as of the latest handshake
   * @param problem why there is no connection, if so
   */
  record PeerView(
      String name,
      boolean connected,
      Optional<MemberId> member,
      Optional<String> clusterId,
      boolean empty,
      Optional<String> problem) {}

  /** Queues a message; never blocks; may drop it, since Raft sends again. */
  void send(MemberId to, RaftMessage message);

  /**
   * Hands a note to the member of this name; never blocks, best effort.
   *
   * @return whether it was handed to the connection; it may be lost even so
   */
  boolean tell(String member, byte[] note);

  /** What is known of each other configured member, sorted by name. */
  List<PeerView> peers();

  /** To be told before others may learn it from messages: shown in every later handshake. */
  void identify(Identity identity);

  @Override
  void close();
}
