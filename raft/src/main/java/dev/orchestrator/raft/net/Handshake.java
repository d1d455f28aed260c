package dev.orchestrator.raft.net;

import dev.orchestrator.proto.raft.Frame;
import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.port.Transport;
import java.util.List;
import java.util.Optional;

/**
 * Who may talk to this member: both sides say who they are, and both refuse a stranger (rules I1,
 * I4). Immutable.
 *
 * @param names all member names as configured, sorted
 */
record Handshake(String selfName, List<String> names) {
  static final int PROTOCOL_VERSION = 1;

  Frame hello(Transport.Identity identity) {
    Hello hello =
        Hello.newBuilder()
            .setProtocolVersion(PROTOCOL_VERSION)
            .setMember(LogEntryCodec.toProto(identity.self()))
            .setClusterId(identity.clusterId().orElse(""))
            .setEmpty(identity.empty())
            .addAllConfiguredNames(names)
            .build();
    return Frame.newBuilder().setHello(hello).build();
  }

  /** Why this peer must be refused; empty if it is welcome. */
  Optional<String> refusal(Hello hello, Transport.Identity identity) {
    if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
      return Optional.of(
          "protocol version " + hello.getProtocolVersion() + ", need " + PROTOCOL_VERSION);
    }
    String name = hello.getMember().getName();
    if (name.equals(selfName)) {
      return Optional.of("calls itself " + name + ", which is this member's own name");
    }
    if (!names.contains(name)) {
      return Optional.of(name + " is not among the configured members " + names);
    }
    if (!names.equals(hello.getConfiguredNamesList())) {
      return Optional.of(
          name
              + " is configured with members "
              + hello.getConfiguredNamesList()
              + ", need "
              + names);
    }
    return clusterIdRefusal(hello.getClusterId(), identity);
  }

  /** Why a peer with this cluster id must be refused; an unknown id on either side fits. */
  static Optional<String> clusterIdRefusal(String clusterId, Transport.Identity identity) {
    String own = identity.clusterId().orElse("");
    return clusterId.isEmpty() || own.isEmpty() || own.equals(clusterId)
        ? Optional.empty()
        : Optional.of("belongs to cluster " + clusterId + ", need " + own);
  }

  static MemberId member(Hello hello) {
    return LogEntryCodec.fromProto(hello.getMember());
  }

  static Optional<String> clusterId(Hello hello) {
    return Optional.of(hello.getClusterId()).filter(id -> !id.isEmpty());
  }
}
