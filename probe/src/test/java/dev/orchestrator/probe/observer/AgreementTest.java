package dev.orchestrator.probe.observer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.observer.AgreementPolicy.Rule;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static final InstanceKey PRIMARY = new InstanceKey("p", 3306);
  private static final InstanceKey REPLICA = new InstanceKey("r", 3306);
  private static final Pattern PLACE = Pattern.compile("^([a-z]+)");

  private final Map<String, Ballot.Heard> heard = new TreeMap<>();
  private List<String> voters = List.of("n1", "n2", "n3");
  private AgreementPolicy policy = policy(Rule.MAJORITY);
  private Set<InstanceKey> disconnected = Set.of(REPLICA);
  private boolean witnesses = true;
  private long failingFor = 600;

  private static AgreementPolicy policy(Rule rule) {
    return new AgreementPolicy(rule, Duration.ofSeconds(5), PLACE);
  }

  private Verdict decide() {
    return Agreement.decide(
        policy, new Ballot(PRIMARY, "n1", voters, heard, failingFor, disconnected, witnesses));
  }

  private AgreementTest says(String voter, int answering, Sighting... sightings) {
    heard.put(voter, new Ballot.Heard(new Report(4, answering, List.of(sightings), List.of()), 50));
    return this;
  }

  private static Sighting gone(InstanceKey... connected) {
    return failing("REFUSED", connected);
  }

  private static Sighting failing(String cause, InstanceKey... connected) {
    return new Sighting(
        PRIMARY, "u", OptionalLong.of(4_000), true, 3, 500, cause, List.of(connected));
  }

  private static Sighting seen(long ageMillis, boolean writable) {
    return new Sighting(PRIMARY, "u", OptionalLong.of(ageMillis), writable, 0, 0, "", List.of());
  }

  @Test
  void aMajorityOfThoseThatAreHeardSuffices() {
    says("n1", 3, gone()).says("n2", 3, gone());
    assertThat(decide().agreed()).isTrue();
    assertThat(decide().degraded()).isFalse();
    assertThat(decide().evidence()).contains("2 of 2 sighted members").contains("n3 silent");
    says("n3", 3, seen(100, false));
    assertThat(decide().agreed()).as("one that sees it read-only is outvoted").isTrue();
    says("n2", 3, seen(100, false));
    assertThat(decide().agreed()).isFalse();
  }

  @Test
  void oneThatSeesItWritableForbids() {
    voters = List.of("n1", "n2", "n3", "n4", "n5");
    says("n1", 3, gone()).says("n2", 3, gone()).says("n3", 3, gone()).says("n4", 3, gone());
    assertThat(decide().agreed()).isTrue();
    says("n5", 4, seen(100, true));
    assertThat(decide().agreed()).isFalse();
    assertThat(decide().summary()).isEqualTo("seen writable by n5");
    policy = policy(Rule.LEADER);
    assertThat(decide().agreed()).as("whatever the policy").isFalse();
    failingFor = 60_000;
    says("n5", 4, seen(70_000, true));
    assertThat(decide().agreed()).as("what it saw before the failure says nothing").isTrue();
  }

  @Test
  void oneThatHasNotLookedYetIsWaitedForButNotForEver() {
    says("n1", 3, gone()).says("n2", 3, gone()).says("n3", 3, seen(3_000, true));
    assertThat(decide().agreed()).isFalse();
    assertThat(decide().summary()).contains("waiting for a look of n3");
    failingFor = Agreement.PATIENCE_MILLIS;
    assertThat(decide().agreed()).isTrue();
  }

  @Test
  void blindMembersDoNotCountAndOneSightedMemberWaits() {
    says("n1", 3, gone()).says("n2", 0, gone()).says("n3", 3, gone());
    assertThat(decide().agreed()).isTrue();
    says("n3", 0, gone());
    assertThat(decide().agreed()).isFalse();
    failingFor = 5_000;
    assertThat(decide().agreed()).isTrue();
    assertThat(decide().degraded()).isTrue();
    says("n1", 0, gone());
    assertThat(decide().agreed()).as("a blind leader never acts").isFalse();
  }

  @Test
  void aLeaderThatIsNotHeardByAMajorityWaitsToo() {
    says("n1", 3, gone());
    assertThat(decide().agreed()).isFalse();
    failingFor = 5_000;
    assertThat(decide().degraded()).isTrue();
    heard.put("n2", new Ballot.Heard(heard.get("n1").report(), Vote.FRESH_MILLIS + 1));
    assertThat(decide().degraded()).as("an old report is none").isTrue();
    says("n2", 3, seen(100, false));
    assertThat(decide().agreed()).as("one against one").isFalse();
  }

  @Test
  void aServerThatTurnsPeopleAwayLives() {
    says("n1", 3, gone()).says("n2", 3, failing("TOO_MANY_CONNECTIONS"));
    says("n3", 3, failing("DENIED"));
    assertThat(decide().agreed()).isFalse();
    says("n1", 3, failing("TOO_MANY_CONNECTIONS"));
    policy = policy(Rule.LEADER);
    assertThat(decide().agreed()).isFalse();
  }

  @Test
  void aReplicaThatOnlyAnotherMemberSeesConnectedIsAWitness() {
    says("n1", 3, gone()).says("n2", 3, gone(REPLICA)).says("n3", 3, gone());
    assertThat(decide().agreed()).as("the leader has seen it disconnected since").isTrue();
    disconnected = Set.of();
    assertThat(decide().agreed()).isFalse();
    assertThat(decide().summary()).contains("n2 sees that r:3306 is connected");
    witnesses = false;
    assertThat(decide().agreed()).isTrue();
  }

  @Test
  void aMajorityOfDataCentersNeedsThree() {
    policy = policy(Rule.DATA_CENTERS);
    says("n1", 3, gone()).says("n2", 3, gone()).says("n3", 3, gone());
    assertThat(decide().summary()).contains("needs three of them, there are 1");
    voters = List.of("n1", "n2", "south1", "west1");
    says("south1", 3, seen(100, false)).says("west1", 3, seen(100, false));
    assertThat(decide().summary()).isEqualTo("seen gone by 1 of 3 data centers only");
    says("west1", 3, gone());
    assertThat(decide().agreed()).isTrue();
  }

  @Test
  void aGroupOfOneDecidesAtOnce() {
    voters = List.of("n1");
    says("n1", 3, gone());
    assertThat(decide().agreed()).isTrue();
    assertThat(decide().degraded()).isFalse();
  }

  @Test
  void reportsSurviveTheWire() {
    Report report =
        new Report(9, 7, List.of(gone(REPLICA), seen(12, true)), List.of(PRIMARY, REPLICA));
    assertThat(ReportCodec.decode(ReportCodec.encode(report))).isEqualTo(report);
    assertThat(ReportCodec.decode(ReportCodec.encode(Report.EMPTY))).isEqualTo(Report.EMPTY);
  }
}
