package dev.orchestrator.raft.port;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.metrics.LinkMetrics;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Carries messages between members. Thread-safe. */
public interface Transport extends AutoCloseable {
  /** What comes in; called on network threads, must not block. */
  interface Receiver {
    /** A message of the member that the handshake named. */
    void onMessage(MemberId from, RaftMessage message);

    /** After the last of the messages that came in together. */
    default void onReceived() {}

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
   * @param configured names that its configuration asks for, sorted; once the group has them, or
   *     something else was decided, the names of the membership
   * @param members names in the newest membership of its log, sorted; empty without one
   * @param membersIndex index of that membership in its log, 0 without one
   */
  record Identity(
      MemberId self,
      Optional<String> clusterId,
      boolean empty,
      List<String> configured,
      List<String> members,
      long membersIndex) {
    public Identity {
      configured = List.copyOf(configured);
      members = List.copyOf(members);
    }

    /** Of a member that has no membership yet. */
    public Identity(
        MemberId self, Optional<String> clusterId, boolean empty, List<String> configured) {
      this(self, clusterId, empty, configured, List.of(), 0);
    }
  }

  /**
   * What is known of one other member.
   *
   * @param name as configured
   * @param connected whether a connection to it is open, handshake done
   * @param member its identity as of the latest handshake
   * @param clusterId as it said last
   * @param empty as it said last
   * @param configured names that its configuration asks for, as it said last
   * @param problem why there is no connection, if so
   */
  record PeerView(
      String name,
      boolean connected,
      Optional<MemberId> member,
      Optional<String> clusterId,
      boolean empty,
      List<String> configured,
      Optional<String> problem) {
    public PeerView {
      configured = List.copyOf(configured);
    }
  }

  /** Queues a message; never blocks; may drop it, since Raft sends again. */
  void send(MemberId to, RaftMessage message);

  /** Lets go what was sent by this thread; until then it may be held back to go out together. */
  default void flush() {}

  /**
   * Has this done soon on the thread that messages come in on, from where they go out without
   * another thread's help; what is done there must not block.
   *
   * @return false if there is no such thread, or not any more
   */
  default boolean run(Runnable task) {
    return false;
  }

  /**
   * Hands a note to the member of this name; never blocks, best effort.
   *
   * @return whether it was handed to the connection; it may be lost even so
   */
  boolean tell(String member, byte[] note);

  /** What is known of each other member that is dialled, sorted by name. */
  List<PeerView> peers();

  /**
   * To be told before others may learn it from messages: shown in every later handshake, and sent
   * to those that are connected.
   */
  void identify(Identity identity);

  /**
   * Whom to dial and to accept from now on, this member itself not counted. Connections to others
   * end some seconds later, so that a member which leaves can still be told so.
   */
  void members(Collection<String> names);

  /** What went over each link so far, sorted by name. */
  default List<LinkMetrics> linkMetrics() {
    return List.of();
  }

  /** Connections that were refused since the start. */
  default long refusedConnections() {
    return 0;
  }

  @Override
  void close();
}
