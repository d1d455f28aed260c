package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.RecoveryStep;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Tells lanes that run side by side how steps of the others went. A wait ends at the latest when
 * the lane of the step does. Thread-safe.
 */
final class LaneSignals {
  private final List<Signal> signals;

  /** How one step went, once it has ended or never will be reached. */
  private record Signal(RecoveryStep step, CompletableFuture<Boolean> good) {}

  private LaneSignals(List<Signal> signals) {
    this.signals = signals;
  }

  static LaneSignals of(List<List<RecoveryStep>> lanes) {
    return new LaneSignals(
        lanes.stream()
            .flatMap(List::stream)
            .map(step -> new Signal(step, new CompletableFuture<>()))
            .toList());
  }

  void ended(RecoveryStep step) {
    complete(step, Ledger.good(step));
  }

  /** Steps of the lane that were not reached never will be. */
  void over(List<RecoveryStep> lane) {
    lane.forEach(step -> complete(step, false));
  }

  private void complete(RecoveryStep step, boolean went) {
    signals.stream()
        .filter(signal -> signal.step().number() == step.number())
        .forEach(signal -> signal.good().complete(went));
  }

  /** Waits for these steps and their copies; what no lane runs had gone as wished before. */
  boolean allGood(List<Integer> numbers) throws InterruptedException {
    for (Signal signal : signals) {
      if (numbers.contains(Ledger.standsFor(signal.step())) && !outcome(signal)) {
        return false;
      }
    }
    return true;
  }

  private static boolean outcome(Signal signal) throws InterruptedException {
    try {
      return signal.good().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a signal only ever carries an answer", e);
    }
  }
}
