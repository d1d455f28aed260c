package dev.orchestrator.probe.recovery;

import static dev.orchestrator.probe.recovery.Readings.DEAD;
import static dev.orchestrator.probe.recovery.Readings.DEAD_UUID;
import static dev.orchestrator.probe.recovery.Readings.key;
import static dev.orchestrator.probe.recovery.Readings.replica;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Choice.Reason;
import dev.orchestrator.probe.recovery.Choice.Refuse;
import dev.orchestrator.probe.recovery.Gathering.Passing;
import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What people and configuration say of candidates counts, but never more than data. */
class PromotionRulesTest {
  private static final Place HOME = new Place("home", "r1", "prod");
  private static final PromotionPolicy SAME_DATA_CENTER =
      new PromotionPolicy(List.of(), true, false);
  private static final PromotionPolicy SAME_REGION = new PromotionPolicy(List.of(), false, true);

  @Test
  void amongEqualDataTheRuleDecidesBeforeThePlace() {
    assertThat(
            winner(
                ruled(replica(2, 5), PromotionRule.NEUTRAL, HOME),
                ruled(replica(3, 5), PromotionRule.PREFER, new Place("far", "r2"))))
        .isEqualTo(key(3));
    assertThat(
            winner(
                ruled(replica(2, 5), PromotionRule.PREFER_NOT, HOME),
                ruled(replica(3, 5), PromotionRule.NEUTRAL, new Place("far", "r2"))))
        .isEqualTo(key(3));
  }

  @Test
  void amongPreferredOnesDataCenterAndEnvironmentOfTheDeadOneDecide() {
    assertThat(
            winner(
                ruled(replica(2, 5), PromotionRule.PREFER, new Place("home", "r1", "test")),
                ruled(replica(3, 5), PromotionRule.PREFER, HOME)))
        .isEqualTo(key(3));
  }

  @Test
  void noRuleGivesUpData() {
    Replica wanted = ruled(replica(2, 5), PromotionRule.PREFER, HOME);
    Replica unwanted = ruled(replica(3, 6), PromotionRule.PREFER_NOT, HOME);
    Replica banned = ruled(replica(3, 6), PromotionRule.MUST_NOT, HOME);
    Gathering one = gathering(PromotionPolicy.FREE, wanted, unwanted);
    assertThat(winner(one.passing(Passing.NEVER))).isEqualTo(key(3));
    assertThat(winner(one.passing(Passing.IF_NEEDED))).isEqualTo(key(3));
    Gathering other = gathering(PromotionPolicy.FREE, wanted, banned).passing(Passing.NEVER);
    assertThat(CandidateSelector.choose(other))
        .isInstanceOfSatisfying(
            Refuse.class,
            refuse -> assertThat(refuse.reason()).isEqualTo(Reason.UNFIT_REPLICA_HOLDS_DATA));
  }

  @Test
  void whoIsWantedMoreReceivesWhatItLacksFirst() {
    Replica wanted = ruled(replica(2, 5), PromotionRule.PREFER, HOME);
    for (PromotionRule rule : List.of(PromotionRule.NEUTRAL, PromotionRule.PREFER_NOT)) {
      assertDonor(wanted, ruled(replica(3, 6), rule, HOME));
    }
    Place far = new Place("far", "r1", "prod");
    assertDonor(wanted, ruled(replica(3, 6), PromotionRule.PREFER, far));
    Replica holder = ruled(replica(3, 6), PromotionRule.NEUTRAL, far);
    assertThat(winner(ruled(replica(2, 5), PromotionRule.NEUTRAL, HOME), holder))
        .as("nobody said that the place counts")
        .isEqualTo(key(3));
    assertThat(winner(ruled(replica(2, 5), PromotionRule.PREFER, far), holder)).isEqualTo(key(2));
  }

  @Test
  void whoeverMustNotBeThePrimaryPassesOnWhatItAloneHolds() {
    Replica fit = ruled(replica(2, 5), PromotionRule.PREFER_NOT, HOME);
    assertDonor(fit, ruled(replica(3, 6), PromotionRule.MUST_NOT, HOME));
    Replica far = ruled(replica(3, 6), PromotionRule.PREFER, new Place("far", "r2"));
    Choice choice =
        CandidateSelector.choose(gathering(SAME_DATA_CENTER, fit, far).passing(Passing.IF_NEEDED));
    assertThat(choice)
        .isInstanceOfSatisfying(
            Promote.class, promote -> assertThat(promote.donor()).contains(far.reading()));
  }

  private static void assertDonor(Replica winner, Replica donor) {
    assertThat(CandidateSelector.choose(gathering(PromotionPolicy.FREE, winner, donor)))
        .isInstanceOfSatisfying(
            Promote.class,
            promote -> {
              assertThat(promote.winner().key()).isEqualTo(winner.key());
              assertThat(promote.donor()).contains(donor.reading());
              assertThat(promote.winner().received()).isEqualTo(donor.reading().received());
              assertThat(promote.followers())
                  .singleElement()
                  .satisfies(follower -> assertThat(follower.reading()).isEqualTo(donor.reading()));
              assertThat(promote.lines())
                  .anyMatch(line -> line.contains("receives from " + donor.key()));
            });
  }

  @Test
  void whoMustNotOrIsIgnoredIsPromotedOnlyIfAPersonNamesIt() {
    Replica banned = ruled(replica(2, 5), PromotionRule.MUST_NOT, HOME);
    Replica ignored =
        new Replica(
            replica(3, 5).read().reading(), HOME, new Standing(PromotionRule.PREFER, true, ""));
    assertThat(refused(PromotionPolicy.FREE, banned, ignored)).isEqualTo(Reason.NO_CANDIDATE);
    for (InstanceKey named : List.of(key(2), key(3))) {
      assertThat(
              CandidateSelector.choose(
                  gathering(PromotionPolicy.FREE, banned, ignored), Optional.of(named)))
          .isInstanceOfSatisfying(
              Promote.class, promote -> assertThat(promote.winner().key()).isEqualTo(named));
    }
  }

  @Test
  void aForbiddenDataCenterOrRegionHoldsForEverybody() {
    Replica far = ruled(replica(2, 5), PromotionRule.PREFER, new Place("far", "r2"));
    Replica near = ruled(replica(3, 5), PromotionRule.NEUTRAL, new Place("other", "r1"));
    assertThat(refused(SAME_DATA_CENTER, far, near)).isEqualTo(Reason.NO_CANDIDATE);
    assertThat(CandidateSelector.choose(gathering(SAME_REGION, far, near), Optional.of(key(2))))
        .isInstanceOf(Refuse.class);
    assertThat(winner(gathering(SAME_REGION, far, near))).isEqualTo(key(3));
  }

  @Test
  void whoLagsTooFarIsNotPromotedAsLongAsItHasSomethingToApply() {
    PromotionPolicy policy =
        new PromotionPolicy(List.of(), false, false, Duration.ofMinutes(2), Optional.empty());
    assertThat(refused(policy, lagging(replica(2, 4).received(5), OptionalLong.of(120))))
        .isEqualTo(Reason.NO_CANDIDATE);
    assertThat(refused(policy, lagging(replica(2, 4).received(5), OptionalLong.empty())))
        .as("nobody knows how far")
        .isEqualTo(Reason.NO_CANDIDATE);
    assertThat(winner(gathering(policy, lagging(replica(2, 4).received(5), OptionalLong.of(119)))))
        .isEqualTo(key(2));
    assertThat(winner(gathering(policy, lagging(replica(2, 5), OptionalLong.of(999)))))
        .as("has applied all")
        .isEqualTo(key(2));
    assertThat(
            winner(
                gathering(
                    policy,
                    lagging(replica(2, 4).received(5), OptionalLong.of(500)),
                    lagging(replica(3, 4).received(5), OptionalLong.of(1)))))
        .as("the other one")
        .isEqualTo(key(3));
  }

  private static Replica lagging(Readings readings, OptionalLong seconds) {
    return new Replica(
        readings.read().reading(), HOME, new Standing(PromotionRule.PREFER, false, "", seconds));
  }

  @Test
  void aPreferredOneThatSiblingsCouldNotFollowIsNotPreferred() {
    Replica newer = ruled(replica(2, 5).version("8.4.0"), PromotionRule.PREFER, HOME);
    assertThat(winner(newer, ruled(replica(3, 5), PromotionRule.NEUTRAL, HOME))).isEqualTo(key(3));
    Replica row =
        new Replica(
            replica(2, 5).read().reading(), HOME, new Standing(PromotionRule.PREFER, false, "ROW"));
    Replica statement =
        new Replica(
            replica(3, 5).read().reading(),
            HOME,
            new Standing(PromotionRule.NEUTRAL, false, "STATEMENT"));
    assertThat(winner(row, statement)).isEqualTo(key(3));
  }

  private static Replica ruled(Readings readings, PromotionRule rule, Place place) {
    return new Replica(readings.read().reading(), place, new Standing(rule, false, ""));
  }

  private static Gathering gathering(PromotionPolicy policy, Replica... replicas) {
    return Gathering.of(
            DEAD,
            HOME,
            Set.of(DEAD_UUID),
            List.of(replicas),
            Map.of(),
            DurabilityPolicy.ASYNCHRONOUS)
        .under(policy);
  }

  private static InstanceKey winner(Replica... replicas) {
    return winner(gathering(PromotionPolicy.FREE, replicas));
  }

  private static InstanceKey winner(Gathering gathering) {
    Choice choice = CandidateSelector.choose(gathering);
    assertThat(choice).isInstanceOf(Promote.class);
    return ((Promote) choice).winner().key();
  }

  private static Reason refused(PromotionPolicy policy, Replica... replicas) {
    Choice choice = CandidateSelector.choose(gathering(policy, replicas));
    assertThat(choice).isInstanceOf(Refuse.class);
    return ((Refuse) choice).reason();
  }
}
