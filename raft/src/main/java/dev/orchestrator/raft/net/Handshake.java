package dev.orchestrator.raft.net;

import com.google.protobuf.ByteString;
import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.port.Transport;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who may talk to this member: both sides say who they are, and both refuse a stranger (rules I1,
 * I4). Thread-safe.
 *
 * <p>Besides the members that this one knows of, two kinds are let in. A member with a log takes
 * one of its own cluster whose membership is newer and holds both: while this one was away, others
 * have come. A member without a group takes one whose group holds it, and another of the names that
 * it was configured with: its configuration is older than the group.
 */
final class Handshake {
  /** Newest version of the protocol that is spoken here. */
  static final int PROTOCOL_VERSION = 2;

  /** Oldest one. */
  static final int OLDEST_VERSION = 2;

  private static final int NONCE_BYTES = 16;
  private static final int MAX_ID_CHARS = 64;

  /** What a look at a hello led to. */
  sealed interface Verdict {
    /** The peer is one of those that this member knows. */
    record Known() implements Verdict {}

    /** The peer was not known here, but belongs to the group. */
    record Invited() implements Verdict {}

    /** The peer must go, for this reason. */
    record Refused(String reason) implements Verdict {}
  }

  private final Supplier<Transport.Identity> identity;
  private final Supplier<? extends Collection<String>> known;
  private final SecureRandom random = new SecureRandom();

  /**
   * @param known names of the other members as far as this one knows
   */
  Handshake(Supplier<Transport.Identity> identity, Supplier<? extends Collection<String>> known) {
    this.identity = identity;
    this.known = known;
  }

  ByteString newNonce() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return ByteString.copyFrom(nonce);
  }

  /** This member's own hello; the nonces are empty in one that only brings news. */
  Frame hello(ByteString nonce, ByteString echo) {
    Transport.Identity own = identity.get();
    Hello hello =
        Hello.newBuilder()
            .setProtocolVersion(PROTOCOL_VERSION)
            .setOldestVersion(OLDEST_VERSION)
            .setMember(LogEntryCodec.toProto(own.self()))
            .setClusterId(own.clusterId().orElse(""))
            .setEmpty(own.empty())
            .addAllConfiguredNames(own.configured())
            .addAllMembers(own.members())
            .setMembersIndex(own.membersIndex())
            .setNonce(nonce)
            .setNonceEcho(echo)
            .build();
    return Frame.newBuilder().setHello(hello).build();
  }

  /** Whether this peer may talk to this member. */
  Verdict judge(Hello hello) {
    Transport.Identity own = identity.get();
    Optional<String> refusal = versionRefusal(hello).or(() -> boundRefusal(hello));
    if (refusal.isPresent()) {
      return new Verdict.Refused(refusal.get());
    }
    String name = hello.getMember().getName();
    if (name.equals(own.self().name())) {
      return new Verdict.Refused("calls itself " + name + ", which is this member's own name");
    }
    refusal = clusterIdRefusal(name, hello.getClusterId());
    if (refusal.isPresent()) {
      return new Verdict.Refused(refusal.get());
    }
    if (known.get().contains(name)) {
      return new Verdict.Known();
    }
    return isInvited(name, hello, own)
        ? new Verdict.Invited()
        : new Verdict.Refused(
            name
                + " is not among the members "
                + known.get().stream().sorted().toList()
                + ": it is let in by raft-add-peer, or once a majority has it in RaftNodes");
  }

  /** The newest version that both speak must be one that both still speak. */
  private static Optional<String> versionRefusal(Hello hello) {
    int newest = hello.getProtocolVersion();
    int oldest = hello.getOldestVersion();
    return newest >= OLDEST_VERSION && oldest <= PROTOCOL_VERSION && oldest <= newest
        ? Optional.empty()
        : Optional.of(
            "speaks protocol versions "
                + Integer.toUnsignedString(oldest)
                + " to "
                + Integer.toUnsignedString(newest)
                + ", need one from "
                + OLDEST_VERSION
                + " to "
                + PROTOCOL_VERSION);
  }

  private static Optional<String> boundRefusal(Hello hello) {
    boolean fits =
        isName(hello.getMember().getName())
            && hello.getClusterId().length() <= MAX_ID_CHARS
            && areNames(hello.getConfiguredNamesList())
            && areNames(hello.getMembersList());
    return fits ? Optional.empty() : Optional.of("says hello with names that are none");
  }

  private static boolean areNames(List<String> names) {
    return names.size() <= FrameLimits.MAX_NAMES && names.stream().allMatch(Handshake::isName);
  }

  private static boolean isName(String name) {
    if (name.length() > FrameLimits.MAX_NAME_CHARS) {
      return false;
    }
    try {
      return !HostPort.parse(name).host().isBlank();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isInvited(String name, Hello hello, Transport.Identity own) {
    List<String> theirs = hello.getMembersList();
    if (!theirs.contains(name) || !theirs.contains(own.self().name())) {
      return false;
    }
    if (own.membersIndex() > 0) {
      return own.clusterId().filter(hello.getClusterId()::equals).isPresent()
          && hello.getMembersIndex() > own.membersIndex();
    }
    return own.configured().stream()
        .anyMatch(
            configured -> !configured.equals(own.self().name()) && theirs.contains(configured));
  }

  /** Why a peer with this cluster id must be refused; an unknown id on either side fits. */
  Optional<String> clusterIdRefusal(String name, String clusterId) {
    String own = identity.get().clusterId().orElse("");
    return clusterId.isEmpty() || own.isEmpty() || own.equals(clusterId)
        ? Optional.empty()
        : Optional.of(name + " belongs to another cluster");
  }

  /** What a hello says of its sender. */
  static Transport.PeerView view(Hello hello) {
    return new Transport.PeerView(
        hello.getMember().getName(),
        true,
        Optional.of(member(hello)),
        Optional.of(hello.getClusterId()).filter(id -> !id.isEmpty()),
        hello.getEmpty(),
        hello.getConfiguredNamesList(),
        Optional.empty());
  }

  static MemberId member(Hello hello) {
    return LogEntryCodec.fromProto(hello.getMember());
  }
}
