package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.ProbeException;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.RecoveryStep.State;
import dev.orchestrator.store.sql.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Carries one recovery from wherever its ledger stands to its end, in the name of one term. Knows
 * no kind of recovery. Confined to the recovery's thread, but for lanes of steps that run side by
 * side.
 */
final class RecoveryExecutor {
  private final Database database;
  private final String uid;
  private final LedgerWriter writer;
  private final StepRunner runner;
  private final Playbook playbook;
  private final AtomicBoolean stopped = new AtomicBoolean();

  RecoveryExecutor(
      Database database, String uid, LedgerWriter writer, StepRunner runner, Playbook playbook) {
    this.database = database;
    this.uid = uid;
    this.writer = writer;
    this.runner = runner;
    this.playbook = playbook;
  }

  /**
   * Works until the recovery has ended.
   *
   * @throws WorkStopped this node must leave the recovery to the next leader
   */
  Recovery.Ending run() throws WorkStopped, InterruptedException {
    playbook.resume(ledger());
    mendWhatCameUndone();
    Ledger ledger = ledger();
    while (true) {
      List<List<RecoveryStep>> lanes = ledger.ready();
      if (!lanes.isEmpty()) {
        ledger = after(lanes, ledger);
        continue;
      }
      if (!runner.leading()) {
        throw new WorkStopped("this node does not lead term " + writer.term() + " any more");
      }
      switch (playbook.next(recovery(), ledger)) {
        case Playbook.Next.Steps(List<RecoveryStep> steps) -> {
          ledger = ledger.with(steps);
          writer.planLater(steps); // the first permission that is waited for proves it
        }
        case Playbook.Next.End(Recovery.Ending ending) -> {
          writer.settle();
          writer.end(ending);
          return ending;
        }
      }
    }
  }

  private Ledger ledger() {
    return new Ledger(database.recoverySteps().of(uid));
  }

  private Recovery recovery() throws WorkStopped {
    return database
        .recoveries()
        .byUid(uid)
        .filter(found -> found.running() && found.term() == writer.term())
        .orElseThrow(() -> new WorkStopped("recovery " + uid + " is not this term's any more"));
  }

  /**
   * Before going on from an earlier leader's ledger: looks again at every server that was touched
   * in the current round (which also ends that leader's sessions there), and plans again what was
   * done but is so no more, for example because the server restarted.
   */
  private void mendWhatCameUndone() throws WorkStopped, InterruptedException {
    Ledger ledger = ledger();
    boolean decided = ledger.decision(ledger.round()).isPresent();
    if (ledger.isEmpty() || ledger.finishing()) {
      return;
    }
    List<RecoveryStep> touched = new ArrayList<>();
    for (RecoveryStep step : ledger.steps()) {
      boolean gathering = Ledger.is(step, StepKind.STOP_RECEIVER);
      boolean current = Ledger.round(step) == ledger.round();
      // Once a promotion was tried, only the new primary counts.
      boolean over =
          ledger.promotionTried()
              && (Ledger.is(step, StepKind.FENCE_PRIMARY)
                  || Ledger.is(step, StepKind.VERIFY_FENCED));
      boolean passed =
          step.arguments().containsKey(RecoveryPlanner.DONOR)
              && ledger.of(StepKind.RESET_REPLICATION, ledger.round()).stream()
                  .anyMatch(reset -> reset.attempt() > 0);
      boolean dealtWith = over || passed || (gathering && decided);
      if (current && step.attempt() > 0 && step.target().isReal() && !dealtWith) {
        touched.add(step);
      }
    }
    Plan again = new Plan(ledger.size());
    for (RecoveryStep step : lookAgain(touched)) {
      again.again(step);
    }
    if (!again.isEmpty()) {
      writer.plan(again.steps());
    }
  }

  /** Done steps whose effect is gone, in plan order. */
  private List<RecoveryStep> lookAgain(List<RecoveryStep> touched)
      throws WorkStopped, InterruptedException {
    List<Future<Optional<Boolean>>> looks = new ArrayList<>();
    try (ExecutorService threads = lanes()) {
      for (RecoveryStep step : touched) {
        looks.add(threads.submit(() -> runner.stillHolds(step)));
      }
    }
    List<RecoveryStep> undone = new ArrayList<>();
    for (int i = 0; i < touched.size(); i++) {
      RecoveryStep step = touched.get(i);
      Optional<Boolean> holds = outcome(looks.get(i));
      if (step.state() == State.DONE && holds.isPresent() && !holds.get()) {
        undone.add(step);
      }
    }
    return undone;
  }

  /**
   * The ledger after these lanes. Where all went well their ends are not waited for: the next
   * permission proves them, and writes may be waiting meanwhile.
   */
  private Ledger after(List<List<RecoveryStep>> lanes, Ledger before)
      throws WorkStopped, InterruptedException {
    List<RecoveryStep> ended = runSideBySide(lanes);
    if (ended.size() == lanes.stream().mapToInt(List::size).sum()
        && ended.stream().allMatch(Ledger::good)) {
      return before.ended(ended);
    }
    writer.settle();
    return ledger();
  }

  private List<RecoveryStep> runSideBySide(List<List<RecoveryStep>> lanes)
      throws WorkStopped, InterruptedException {
    List<Future<List<RecoveryStep>>> results = new ArrayList<>();
    LaneSignals signals = LaneSignals.of(lanes);
    try (ExecutorService threads = lanes()) {
      for (List<RecoveryStep> lane : lanes) {
        results.add(threads.submit(() -> runLane(lane, signals)));
      }
    }
    List<RecoveryStep> ended = new ArrayList<>();
    for (Future<List<RecoveryStep>> result : results) {
      ended.addAll(outcome(result));
    }
    return ended;
  }

  private ExecutorService lanes() {
    return Executors.newThreadPerTaskExecutor(
        Thread.ofVirtual().name("recovery " + ServerSession.shortUid(uid) + " lane ", 0).factory());
  }

  /** Runs one lane; gives the steps that ended. */
  private List<RecoveryStep> runLane(List<RecoveryStep> lane, LaneSignals signals)
      throws WorkStopped, InterruptedException {
    List<RecoveryStep> ended = new ArrayList<>();
    boolean through = false;
    try {
      for (RecoveryStep step : lane) {
        StepRunner.Needs needs = () -> mayGoOn(step, signals);
        if (!(Ledger.ahead(step) || needs.met())) {
          break;
        }
        RecoveryStep end = runner.run(step, needs);
        if (!Ledger.ended(end)) {
          if (!stopped.get()) {
            runner.notTaken(end);
          }
          break;
        }
        ended.add(end);
        signals.ended(end);
        if (!Ledger.good(end) && Ledger.gating(step)) {
          break;
        }
      }
      through = true;
      return ended;
    } finally {
      if (!through) {
        stopped.set(true);
      }
      signals.over(lane);
    }
  }

  /** Not once another lane could not go on, as this node must not act any more. */
  private boolean mayGoOn(RecoveryStep step, LaneSignals signals) throws InterruptedException {
    return signals.allGood(Ledger.needs(step)) && !stopped.get();
  }

  private static <T> T outcome(Future<T> future) throws WorkStopped, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case WorkStopped cause -> throw cause;
        case InterruptedException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case null, default -> throw new ProbeException("a lane of steps failed", e);
      }
    }
  }

  /** Servers that a recovery touched or was to touch, without duplicates. */
  static List<InstanceKey> servers(Recovery recovery, List<RecoveryStep> steps) {
    List<InstanceKey> keys = new ArrayList<>(recovery.subject().replicas());
    steps.stream().map(RecoveryStep::target).filter(InstanceKey::isReal).forEach(keys::add);
    keys.add(recovery.subject().failedKey());
    return keys.stream().distinct().toList();
  }
}
