package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.store.model.RecoveryStep;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LaneSignalsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final List<RecoveryStep> plan =
      new Plan(0)
          .gate(1, StepKind.VERIFY_FENCED, "old", Plan.Target.NOBODY, Map.of(), "")
          .gate(1, StepKind.DESIGNATE, "record", Plan.Target.NOBODY, Map.of(), "")
          .gate(1, StepKind.SET_WRITABLE, "new", Plan.Target.NOBODY, Map.of(), "")
          .needing(StepKind.VERIFY_FENCED, StepKind.DESIGNATE)
          .steps();
  private final RecoveryStep fenced = plan.get(0);
  private final RecoveryStep designated = plan.get(1);
  private final RecoveryStep writable = plan.get(2);
  private final LaneSignals signals =
      LaneSignals.of(List.of(List.of(fenced), List.of(designated), List.of(writable)));

  @Test
  void aStepWaitsForAllThatItNeeds() throws Exception {
    CompletableFuture<Boolean> waiting = waiting(signals, writable);

    signals.ended(end(fenced, RecoveryStep.State.DONE));
    assertThat(waiting).isNotDone();
    signals.ended(end(designated, RecoveryStep.State.SKIPPED));

    assertThat(waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void whatWentWrongOrIsNeverReachedEndsTheWait() throws Exception {
    signals.ended(end(fenced, RecoveryStep.State.FAILED));
    assertThat(waiting(signals, writable).get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isFalse();

    LaneSignals others = LaneSignals.of(List.of(List.of(designated), List.of(writable)));
    CompletableFuture<Boolean> waiting = waiting(others, writable);
    others.over(List.of(designated));
    assertThat(waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isFalse();
  }

  /** A later leader found the fence gone and planned it again. */
  @Test
  void aCopyIsNeededInItsPlace() throws Exception {
    RecoveryStep again = new Plan(plan.size()).again(fenced).steps().getFirst();
    RecoveryStep andAgain = new Plan(plan.size() + 1).again(again).steps().getFirst();
    LaneSignals later = LaneSignals.of(List.of(List.of(andAgain), List.of(writable)));

    CompletableFuture<Boolean> waiting = waiting(later, writable);
    later.ended(end(writable, RecoveryStep.State.DONE)); // nobody's answer but its own
    assertThat(waiting).isNotDone();
    later.ended(end(andAgain, RecoveryStep.State.FAILED));

    assertThat(waiting.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void whatNoLaneRunsHadGoneWell() throws Exception {
    assertThat(LaneSignals.of(List.of(List.of(writable))).allGood(Ledger.needs(writable))).isTrue();
  }

  private static CompletableFuture<Boolean> waiting(LaneSignals signals, RecoveryStep step) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                answer.complete(signals.allGood(Ledger.needs(step)));
              } catch (InterruptedException e) {
                answer.completeExceptionally(e);
              }
            });
    return answer;
  }

  private static RecoveryStep end(RecoveryStep step, RecoveryStep.State state) {
    return step.ended(1, 1, state, "");
  }
}
