package dev.orchestrator.probe.recovery;

import static dev.orchestrator.probe.recovery.Readings.DEAD;
import static dev.orchestrator.probe.recovery.Readings.DEAD_UUID;
import static dev.orchestrator.probe.recovery.Readings.key;
import static dev.orchestrator.probe.recovery.Readings.replica;
import static dev.orchestrator.probe.recovery.Readings.uuid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Choice.Reason;
import dev.orchestrator.probe.recovery.Choice.Refuse;
import dev.orchestrator.probe.recovery.Gathering.Passing;
import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CandidateSelectorTest {
  @Test
  void choosesByWhatWasReceivedNotByWhatWasExecuted() {
    Promote promote = promoted(replica(2, 90), replica(3, 10).received(100), replica(4, 80));
    assertThat(promote.winner().key()).isEqualTo(key(3));
    assertThat(promote.required()).hasToString(DEAD_UUID + ":1-100");
    assertThat(promote.lines())
        .contains("db2:3306 follows db3:3306: lacks 10 transactions")
        .anyMatch(line -> line.startsWith("db3:3306 becomes primary"));
  }

  @Test
  void tiesGoToTheDataCenterThenTheRegionOfTheDeadPrimaryThenToTheName() {
    assertThat(winner(replica(2, 5).in("far", "r1"), replica(3, 5).in("home", "r1"))).isEqualTo(3);
    assertThat(winner(replica(2, 5).in("x", "r2"), replica(3, 5).in("y", "r1"))).isEqualTo(3);
    assertThat(winner(replica(3, 5), replica(2, 5))).isEqualTo(2);
  }

  @Test
  void aNewerServerIsPrimaryOnlyIfItAloneHoldsAllData() {
    assertThat(winner(replica(2, 5).version("8.4.0"), replica(3, 5))).isEqualTo(3);
    assertThat(winner(replica(2, 6).version("8.4.0"), replica(3, 5))).isEqualTo(2);
  }

  @Test
  void aReplicaThatHasAppliedAllIsPreferred() {
    assertThat(winner(replica(2, 3).received(5), replica(3, 5))).isEqualTo(3);
  }

  @Test
  void errantTransactionsExcludeACandidateAndKeepItFromFollowing() {
    Promote promote = promoted(replica(2, 5).errant(), replica(3, 5), replica(4, 4));
    assertThat(promote.winner().key()).isEqualTo(key(3));
    assertThat(promote.left()).containsOnlyKeys(key(2));
    assertThat(promote.lines())
        .contains("db2:3306 is no candidate: holds errant transactions " + uuid(2) + ":1");
  }

  @Test
  void transactionsOfFormerPrimariesAreNotErrant() {
    String shared = "," + uuid(9) + ":1-3";
    Promote promote = promoted(replica(2, 5).executing(shared), replica(3, 5).executing(shared));
    assertThat(promote.left()).isEmpty();
    assertThat(promote.followers()).hasSize(1);
  }

  @Test
  void oneReplicaAloneMayHoldOldUuidsButNoWritesOfItsOwn() {
    assertThat(winner(replica(2, 5).executing("," + uuid(9) + ":1"))).isEqualTo(2);
    assertThat(refused(replica(2, 5).errant())).isEqualTo(Reason.NO_CANDIDATE);
  }

  @Test
  void incomparableSetsFailClosed() {
    String a = "," + uuid(8) + ":1-2";
    String b = "," + uuid(8) + ":1,";
    assertThat(refused(replica(2, 5).executing(a), replica(3, 6).executing(b + uuid(8) + ":3")))
        .isEqualTo(Reason.INCOMPARABLE_SETS);
  }

  @Test
  void aDelayedReplicaIsNoCandidateAndAsOnlyHolderOfDataStopsAll() {
    assertThat(winner(replica(2, 1).received(5).delayed(), replica(3, 5))).isEqualTo(3);
    assertThat(refused(replica(2, 1).received(6).delayed(), replica(3, 5)))
        .isEqualTo(Reason.DELAYED_REPLICA_HOLDS_DATA);
  }

  @Test
  void dataThatOnlyAnUnfitReplicaHoldsIsNotGivenUp() {
    assertThat(refused(replica(2, 6).withoutBinlog(), replica(3, 5)))
        .isEqualTo(Reason.UNFIT_REPLICA_HOLDS_DATA);
    assertThat(refused(replica(2, 5).received(6).failing("duplicate key"), replica(3, 5)))
        .isEqualTo(Reason.UNFIT_REPLICA_HOLDS_DATA);
    assertThat(winner(replica(2, 5).withoutBinlog(), replica(3, 5))).isEqualTo(3);
  }

  @Test
  void aReplicaThatNeedsPurgedTransactionsIsLeft() {
    Promote promote = promoted(replica(2, 5).purged(4), replica(3, 2));
    assertThat(promote.winner().key()).isEqualTo(key(2));
    assertThat(promote.left().get(key(3))).contains("purged");
  }

  @Test
  void nobodyReadMeansNobodyPromoted() {
    assertThat(refused()).isEqualTo(Reason.NO_REPLICA_READ);
  }

  /** Rule D3: of n ackers n-k+1 must be read. */
  @Test
  void semiSyncNeedsEnoughAckersRead() {
    for (int n = 1; n <= 4; n++) {
      for (int k = 1; k <= n; k++) {
        for (int read = 1; read <= n; read++) {
          Choice choice = CandidateSelector.choose(semiSync(n, k, read));
          String what = k + " of " + n + ", read " + read;
          if (read >= n - k + 1) {
            assertThat(choice).as(what).isInstanceOf(Promote.class);
          } else {
            assertThat(choice)
                .as(what)
                .isInstanceOfSatisfying(
                    Refuse.class,
                    refuse -> assertThat(refuse.reason()).isEqualTo(Reason.TOO_FEW_ACKERS_READ));
          }
        }
      }
    }
  }

  private static Gathering semiSync(int n, int k, int read) {
    Set<String> ackers =
        IntStream.rangeClosed(2, n + 1).mapToObj(Readings::uuid).collect(Collectors.toSet());
    DurabilityPolicy policy = new DurabilityPolicy(true, k, ackers, n, "AFTER_SYNC", 10_000, "");
    return Gathering.of(
        DEAD,
        new Place("home", "r1"),
        Set.of(DEAD_UUID),
        IntStream.rangeClosed(2, read + 1).mapToObj(i -> replica(i, 5).read()).toList(),
        IntStream.rangeClosed(read + 2, n + 1)
            .boxed()
            .collect(Collectors.toMap(Readings::key, _ -> "refused")),
        policy);
  }

  private static Choice choose(Readings... replicas) {
    return CandidateSelector.choose(gathering(replicas));
  }

  private static Gathering gathering(Readings... replicas) {
    return Gathering.of(
        DEAD,
        new Place("home", "r1"),
        Set.of(DEAD_UUID),
        Arrays.stream(replicas).map(Readings::read).toList(),
        Map.<InstanceKey, String>of(),
        DurabilityPolicy.ASYNCHRONOUS);
  }

  @Test
  void aNamedPersonMayGiveUpWhatOthersHoldAndTheRecordSaysSo() {
    Gathering gathering = gathering(replica(2, 90), replica(3, 100));
    Order plain = new Order(Order.FORCED_TAKEOVER, Optional.of(key(2)));
    assertThat(CandidateSelector.choose(gathering, plain))
        .as("nothing need be given up")
        .isInstanceOfSatisfying(
            Promote.class,
            promote -> assertThat(promote.donor().orElseThrow().key()).isEqualTo(key(3)));
    assertThat(CandidateSelector.choose(gathering.passing(Passing.NEVER), plain))
        .isInstanceOf(Refuse.class);
    Order insisting =
        new Order(plain.command(), plain.designated(), Optional.of("jane"), Optional.empty());
    assertThat(insisting.text()).isEqualTo("force-master-takeover db2:3306 accept-loss-by=jane");
    assertThat(CandidateSelector.choose(gathering, insisting))
        .isInstanceOfSatisfying(
            Promote.class,
            promote -> {
              assertThat(promote.winner().key()).isEqualTo(key(2));
              assertThat(promote.left()).containsOnlyKeys(key(3));
              assertThat(promote.lines()).anyMatch(line -> line.contains("jane insists"));
              assertThat(
                      LossStatement.ofPromotion(
                          promote, DurabilityPolicy.ASYNCHRONOUS, insisting.lossAcceptedBy()))
                  .contains("unknown: jane insisted")
                  .contains(DEAD_UUID + ":91-100");
            });
    assertThat(CandidateSelector.choose(gathering(replica(2, 90).delayed()), insisting))
        .as("one that could not work as a primary is never promoted")
        .isInstanceOf(Refuse.class);
  }

  private static Promote promoted(Readings... replicas) {
    Choice choice = choose(replicas);
    assertThat(choice).isInstanceOf(Promote.class);
    return (Promote) choice;
  }

  private static int winner(Readings... replicas) {
    InstanceKey winner = promoted(replicas).winner().key();
    return Arrays.stream(replicas)
        .map(Readings::n)
        .filter(n -> key(n).equals(winner))
        .findFirst()
        .orElseThrow();
  }

  private static Reason refused(Readings... replicas) {
    Choice choice = choose(replicas);
    assertThat(choice).as(List.of(replicas).toString()).isInstanceOf(Refuse.class);
    return ((Refuse) choice).reason();
  }
}
