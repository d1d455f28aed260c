package dev.orchestrator.raft.group;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.port.Transport.PeerView;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Rule I3: who forms the group, and when. */
class BootstrapRuleTest {
  private static final List<String> NAMES = List.of("a:1", "b:1", "c:1");
  private static final BootstrapRule FIRST =
      new BootstrapRule(new MemberId("a:1", 1), NAMES, false);
  private static final BootstrapRule SECOND =
      new BootstrapRule(new MemberId("b:1", 2), NAMES, false);
  private static final BootstrapRule EXPLICIT =
      new BootstrapRule(new MemberId("b:1", 2), NAMES, true);

  @Test
  void firstNameFormsTheGroupOnceAllAreEmpty() {
    List<PeerView> all = List.of(empty("b:1", 2), empty("c:1", 3));
    assertThat(FIRST.membership("id", all, 0).orElseThrow().voters())
        .containsExactly(new MemberId("a:1", 1), new MemberId("b:1", 2), new MemberId("c:1", 3));
    assertThat(FIRST.membership("id", List.of(empty("b:1", 2), away("c:1")), 60_000)).isEmpty();
    assertThat(FIRST.membership("id", List.of(empty("b:1", 2), withData("c:1", 3)), 60_000))
        .isEmpty();
  }

  @Test
  void aMemberWithAnotherListIsNoPartOfTheFirstGroup() {
    PeerView other =
        new PeerView(
            "b:1",
            true,
            Optional.of(new MemberId("b:1", 2)),
            Optional.empty(),
            true,
            List.of("a:1", "b:1"),
            Optional.empty());
    List<PeerView> all = List.of(other, empty("c:1", 3));
    assertThat(FIRST.membership("id", all, 60_000)).isEmpty();
    assertThat(FIRST.waitingFor(all))
        .singleElement()
        .asString()
        .startsWith("b:1: is configured with members [a:1, b:1]");
  }

  @Test
  void othersWaitForTheFirst() {
    List<PeerView> all = List.of(empty("a:1", 1), empty("c:1", 3));
    assertThat(SECOND.membership("id", all, 60_000)).isEmpty();
    assertThat(SECOND.waitingFor(all)).containsExactly("a:1: forms the group");
  }

  @Test
  void explicitBootstrapDoesWithoutThoseThatCannotBeReachedButNotWithoutThoseThatHaveData() {
    List<PeerView> oneAway = List.of(empty("a:1", 1), away("c:1"));
    assertThat(EXPLICIT.membership("id", oneAway, 0)).isEmpty(); // it may just be slow
    assertThat(
            EXPLICIT.membership("id", oneAway, BootstrapRule.SEARCH_MILLIS).orElseThrow().voters())
        .containsExactly(new MemberId("a:1", 1), new MemberId("b:1", 2));
    List<PeerView> oneWithData = List.of(away("a:1"), withData("c:1", 3));
    assertThat(EXPLICIT.membership("id", oneWithData, 60_000)).isEmpty();
  }

  @Test
  void saysWhomItWaitsForAndWhy() {
    assertThat(FIRST.waitingFor(List.of(away("b:1"), withData("c:1", 3))))
        .satisfiesExactly(
            line -> assertThat(line).isEqualTo("b:1: cannot connect"),
            line -> assertThat(line).startsWith("c:1: has data of cluster id"));
  }

  private static PeerView empty(String name, long incarnation) {
    Optional<MemberId> member = Optional.of(new MemberId(name, incarnation));
    return new PeerView(name, true, member, Optional.empty(), true, NAMES, Optional.empty());
  }

  private static PeerView withData(String name, long incarnation) {
    Optional<MemberId> member = Optional.of(new MemberId(name, incarnation));
    return new PeerView(name, true, member, Optional.of("id"), false, NAMES, Optional.empty());
  }

  private static PeerView away(String name) {
    return new PeerView(
        name,
        false,
        Optional.empty(),
        Optional.empty(),
        false,
        List.of(),
        Optional.of("cannot connect"));
  }
}
