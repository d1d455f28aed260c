package dev.orchestrator.raft.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.proto.raft.Hello;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.port.Transport;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who is let in that this member does not know of yet. */
class HandshakeTest {
  private static final MemberId SELF = new MemberId("c:1", 3);
  private static final MemberId NEW = new MemberId("d:1", 4);

  private static final Transport.Identity AWAY =
      new Transport.Identity(
          SELF, Optional.of("x"), false, List.of("a:1", "c:1"), List.of("a:1", "c:1"), 7);
  private static final Transport.Identity EMPTY =
      new Transport.Identity(SELF, Optional.empty(), true, List.of("a:1", "b:1", "c:1"));

  @Test
  void whoWasAwayLetsInWhoCameMeanwhile() {
    assertThat(judge(AWAY, hello("x", 9, "c:1", "d:1")))
        .isInstanceOf(Handshake.Verdict.Invited.class);
    assertThat(judge(AWAY, hello("x", 7, "c:1", "d:1"))).isInstanceOf(refused()); // not newer
    assertThat(judge(AWAY, hello("y", 9, "c:1", "d:1"))).isInstanceOf(refused());
    assertThat(judge(AWAY, hello("", 9, "c:1", "d:1"))).isInstanceOf(refused());
    assertThat(judge(AWAY, hello("x", 9, "a:1", "d:1"))).isInstanceOf(refused()); // without us
    assertThat(judge(AWAY, hello("x", 9, "a:1", "c:1"))).isInstanceOf(refused()); // without itself
  }

  @Test
  void anEmptyMemberLetsInWhoseGroupHoldsItAndAnotherConfiguredName() {
    assertThat(judge(EMPTY, hello("x", 9, "a:1", "c:1", "d:1")))
        .isInstanceOf(Handshake.Verdict.Invited.class);
    assertThat(judge(EMPTY, hello("x", 9, "c:1", "d:1"))).isInstanceOf(refused());
    assertThat(judge(EMPTY, hello("", 0, "a:1", "d:1"))).isInstanceOf(refused());
  }

  private static Class<?> refused() {
    return Handshake.Verdict.Refused.class;
  }

  private static Hello hello(String clusterId, long membersIndex, String... members) {
    return RawPeer.helloOf(NEW, List.of("d:1"))
        .setClusterId(clusterId)
        .setMembersIndex(membersIndex)
        .addAllMembers(List.of(members))
        .build();
  }

  private static Handshake.Verdict judge(Transport.Identity own, Hello hello) {
    return new Handshake(() -> own, () -> List.of("a:1", "b:1")).judge(hello);
  }
}
