package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Leadership;
import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.RecoveryStep.State;
import dev.orchestrator.store.sql.Database;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs single steps of one recovery in the name of one term: session, permission, condition,
 * effect, proof, record, in this order (rules A3, A4). Thread-safe.
 */
final class StepRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);
  private static final FaultPoint FAULTS = FaultPoint.installed();
  private static final int MAX_TRIES = 3;
  private static final Duration POLL = Duration.ofMillis(25);

  /** Most effects are there at once, and writes may be waiting for them. */
  private static final Duration FIRST_POLL = Duration.ofMillis(1);

  /** A wait that makes progress may last this many step timeouts. */
  private static final int PROGRESS_FACTOR = 100;

  /** Server errors after which the session is gone: killed, shut down, interrupted. */
  private static final Set<Integer> SESSION_ENDED =
      Set.of(1053, 1317, 1927, 2006, 2013, 3169, 4031);

  private final RecoveryConfig config;
  private final Database database;
  private final Leadership leadership;
  private final Clock clock;
  private final HookRunner hooks;
  private final Recovery recovery;
  private final Sessions sessions;
  private final LedgerWriter writer;
  private final BooleanSupplier closed;

  StepRunner(
      RecoveryConfig config,
      Database database,
      Leadership leadership,
      Clock clock,
      HookRunner hooks,
      Recovery recovery,
      Sessions sessions,
      LedgerWriter writer,
      BooleanSupplier closed) {
    this.config = config;
    this.database = database;
    this.leadership = leadership;
    this.clock = clock;
    this.hooks = hooks;
    this.recovery = recovery;
    this.sessions = sessions;
    this.writer = writer;
    this.closed = closed;
  }

  /** How a step went. */
  record Result(State state, String detail) {
    static Result done(String detail) {
      return new Result(State.DONE, detail);
    }

    static Result failed(String detail) {
      return new Result(State.FAILED, detail);
    }
  }

  /** Whether this node may still act for the recovery. */
  boolean leading() {
    return !closed.getAsBoolean()
        && leadership.leads()
        && leadership.term() == writer.term()
        && !Thread.currentThread().isInterrupted();
  }

  private void requireLeading() throws WorkStopped {
    if (!leading()) {
      throw new WorkStopped("this node does not lead term " + writer.term() + " any more");
    }
  }

  /** Waits until what a step needs has ended, and says whether it went as wished. */
  interface Needs {
    /** Nothing is needed, or it was waited for before. */
    Needs NONE = () -> true;

    boolean met() throws InterruptedException;
  }

  /**
   * Runs a step to its end, which is in the log before any later intent; gives it as it ended, or
   * intended where what it needs did not go as wished: then it was not taken.
   */
  RecoveryStep run(RecoveryStep step, Needs needs) throws WorkStopped, InterruptedException {
    requireLeading();
    StepKind kind = StepKind.valueOf(step.kind());
    Optional<ServerAction> action = ServerAction.of(kind);
    RecoveryStep ended =
        action.isPresent()
            ? onServer(step, action.get(), needs)
            : switch (kind) {
              case RUN_HOOK -> hook(step);
              case DESIGNATE -> designate(step);
              default -> noted(step);
            };
    if (!Ledger.ended(ended)) {
      return ended;
    }
    LOG.info(
        "recovery step ended recovery={} step={} kind={} target={} state={} detail={}",
        recovery.uid(),
        step.number(),
        step.kind(),
        step.target(),
        ended.state(),
        ended.detail());
    return ended;
  }

  /** Records that a step was permitted, and that what it needs did not go as wished. */
  void notTaken(RecoveryStep step) throws WorkStopped {
    writer.ended(step, step.attempt(), State.SKIPPED, "not taken: what it needs did not succeed");
  }

  private RecoveryStep noted(RecoveryStep step) throws WorkStopped {
    int attempt = step.attempt() + 1;
    intendLater(step, attempt);
    return recorded(step, attempt, Result.done(step.why()));
  }

  /** Returns when acting is permitted. */
  private void intend(RecoveryStep step, int attempt) throws WorkStopped {
    FAULTS.reached(FaultPoint.Place.BEFORE_INTENT, step);
    writer.intend(step, attempt);
    FAULTS.reached(FaultPoint.Place.INTENDED, step);
  }

  /** For a step whose effect is nothing, or nothing but a later command of the same term. */
  private void intendLater(RecoveryStep step, int attempt) {
    FAULTS.reached(FaultPoint.Place.BEFORE_INTENT, step);
    writer.intendLater(step, attempt);
    FAULTS.reached(FaultPoint.Place.INTENDED, step);
  }

  /** Success is only reported; anything else is on record before somebody goes on from it. */
  private RecoveryStep recorded(RecoveryStep step, int attempt, Result result) throws WorkStopped {
    FAULTS.reached(FaultPoint.Place.ACTED, step);
    if (result.state() == State.DONE && !Ledger.is(step, StepKind.RUN_HOOK)) {
      writer.endedLater(step, attempt, result.state(), result.detail());
    } else {
      writer.ended(step, attempt, result.state(), result.detail());
    }
    FAULTS.reached(FaultPoint.Place.ENDED, step);
    return step.ended(attempt, writer.term(), result.state(), result.detail());
  }

  private RecoveryStep designate(RecoveryStep step) throws WorkStopped, InterruptedException {
    int attempt = step.attempt() + 1;
    intendLater(step, attempt);
    String clusterId = step.arguments().getOrDefault(RecoveryPlanner.CLUSTER_ID, "");
    if (designated(clusterId, step.targetUuid())) {
      return recorded(step, attempt, Result.done("was designated already"));
    }
    if (Revival.seen(recovery, database, sessions)) {
      return recorded(step, attempt, Result.failed(Revival.text(recovery.subject().failedKey())));
    }
    long epoch = Long.parseLong(step.arguments().getOrDefault(RecoveryPlanner.EPOCH, "0"));
    FAULTS.reached(FaultPoint.Place.SENDING, step);
    CommandResult result = writer.designate(clusterId, epoch, step.targetUuid(), step.target());
    return recorded(
        step,
        attempt,
        result.accepted() ? Result.done("epoch " + (epoch + 1)) : Result.failed(result.detail()));
  }

  private boolean designated(String clusterId, String uuid) {
    return database
        .clusters()
        .byId(clusterId)
        .map(ClusterRecord::primaryUuid)
        .filter(uuid::equals)
        .isPresent();
  }

  private RecoveryStep onServer(RecoveryStep step, ServerAction action, Needs needs)
      throws WorkStopped, InterruptedException {
    int attempt = step.attempt();
    String failure = "";
    for (int tries = 0; tries < MAX_TRIES; tries++) {
      requireLeading();
      boolean permitted = false;
      try (ServerSession session = sessions.open(step.target())) {
        requireLeading();
        if (action.onlyLooks()) {
          intendLater(step, ++attempt);
        } else {
          intend(step, ++attempt);
        }
        permitted = true;
        if (!needs.met()) {
          return step.intended(attempt, writer.term());
        }
        return recorded(step, attempt, act(session, step, action));
      } catch (SQLException e) {
        failure = String.valueOf(e.getMessage());
        sessions.suspect(step.target());
        if (permitted && !sessionLost(e)) {
          return recorded(step, attempt, Result.failed(failure));
        }
        if ((!permitted && attempt == 0) || !action.repeatable()) {
          break; // nothing was ever sent, or it must not be sent twice
        }
        LOG.warn(
            "lost a session of a recovery step recovery={} step={} kind={} target={} cause={}",
            recovery.uid(),
            step.number(),
            step.kind(),
            step.target(),
            failure);
      }
    }
    State state = action.pointlessWhenDown() ? State.SKIPPED : State.FAILED;
    state = attempt > 0 ? State.UNKNOWN : state;
    intend(step, ++attempt);
    return recorded(step, attempt, new Result(state, "no session: " + failure));
  }

  private static boolean sessionLost(SQLException e) {
    String state = e.getSQLState();
    return (state != null && state.startsWith("08")) || SESSION_ENDED.contains(e.getErrorCode());
  }

  private Result act(ServerSession session, RecoveryStep step, ServerAction action)
      throws SQLException, WorkStopped, InterruptedException {
    ServerReading server = session.read();
    if (step.targetUuid().isEmpty()) {
      return Result.failed("its server uuid was never read, so it could not be locked");
    }
    if (!step.targetUuid().equals(server.uuid())) {
      return Result.failed(
          "another server answers: uuid " + server.uuid() + ", not " + step.targetUuid());
    }
    Optional<String> obstacle = action.obstacle(server, step);
    if (obstacle.isPresent()) {
      return Result.failed(obstacle.get());
    }
    boolean makesWritable =
        Ledger.is(step, StepKind.SET_WRITABLE) || Ledger.is(step, StepKind.RESTORE_WRITES);
    if (makesWritable
        && !designated(
            step.arguments().getOrDefault(RecoveryPlanner.CLUSTER_ID, ""), server.uuid())) {
      return Result.failed("is not the designated primary");
    }
    if (action.holds(server, step)) {
      return Result.done("was so already; " + seen(server));
    }
    requireLeading();
    FAULTS.reached(FaultPoint.Place.SENDING, step);
    switch (action) {
      case TakeoverAction.Attach attach -> attach.act(session, step, account(step));
      case TakeoverAction.Approach approach ->
          approach.act(session, () -> sessions.executed(ServerAction.source(step)));
      default -> action.act(session, server, step);
    }
    return action.provenByAnswer()
        ? Result.done("answered without an error")
        : prove(session, step, action);
  }

  /** The account that the step's target is to replicate with, where a server can tell it. */
  private Optional<ReplicationAccount> account(RecoveryStep step) throws InterruptedException {
    String keepers = step.arguments().getOrDefault(TakeoverPlanner.ACCOUNT_OF, "");
    for (String keeper : keepers.isEmpty() ? new String[0] : keepers.split(",", -1)) {
      Optional<ReplicationAccount> account = sessions.account(InstanceKey.parse(keeper, 0));
      if (account.isPresent()) {
        return account;
      }
    }
    return Optional.empty();
  }

  /** Reads until the effect is there; the deadline moves while transactions are being applied. */
  private Result prove(ServerSession session, RecoveryStep step, ServerAction action)
      throws SQLException, WorkStopped, InterruptedException {
    Duration limit = action.limit(step).orElse(config.stepTimeout());
    long timeout = limit.toNanos();
    boolean patient = action.limit(step).isEmpty();
    long start = System.nanoTime();
    long patience = start + timeout;
    long executed = -1;
    Duration pause = FIRST_POLL;
    while (true) {
      requireLeading();
      ServerReading server = session.read();
      if (action.holds(server, step)) {
        return Result.done(seen(server));
      }
      Optional<String> hopeless = action.hopeless(server, step);
      if (hopeless.isPresent()) {
        return Result.failed(hopeless.get() + "; " + seen(server));
      }
      long now = System.nanoTime();
      if (patient
          && server.executed().count() > executed
          && now - start < timeout * PROGRESS_FACTOR) {
        executed = server.executed().count();
        patience = Math.max(patience, now + timeout);
      }
      if (now > patience) {
        return Result.failed("not so within " + limit + "; " + seen(server));
      }
      Thread.sleep(pause);
      pause = pause.multipliedBy(2).compareTo(POLL) < 0 ? pause.multipliedBy(2) : POLL;
    }
  }

  private static String seen(ServerReading server) {
    StringBuilder text = new StringBuilder();
    text.append("read_only=").append(server.readOnly());
    text.append(" super_read_only=").append(server.superReadOnly());
    text.append(" source=").append(server.channel().map(c -> c.source().toString()).orElse("none"));
    server
        .channel()
        .ifPresent(
            channel -> {
              text.append(" running=").append(channel.running());
              if (!channel.receiverError().isEmpty()) {
                text.append(" receiver error: ").append(channel.receiverError());
              }
            });
    text.append(" received=").append(server.received());
    return text.toString();
  }

  /** Hooks run only here, on the leader, after their applied intent (rule A6). */
  private RecoveryStep hook(RecoveryStep step) throws WorkStopped, InterruptedException {
    if (step.state() == State.INTENDED) {
      waitOut(step);
    }
    int attempt = step.attempt() + 1;
    intend(step, attempt);
    HookFacts facts =
        HookFacts.of(
                recovery,
                new Ledger(database.recoverySteps().of(recovery.uid())),
                step,
                config,
                moment(step))
            .with("ORC_RECOVERY_STEP", Integer.toString(step.number()))
            .with("ORC_RECOVERY_ATTEMPT", Integer.toString(attempt));
    String line = step.arguments().getOrDefault(RecoveryPlanner.HOOK_LINE, "");
    HookRunner.Ran ran = hooks.run(line, facts, this::leading);
    return recorded(
        step, attempt, ran.good() ? Result.done(ran.detail()) : Result.failed(ran.detail()));
  }

  private HookFacts.Moment moment(RecoveryStep step) throws InterruptedException {
    boolean downtimed =
        database
            .downtimes()
            .find(recovery.subject().failedKey())
            .filter(downtime -> downtime.activeAt(clock.instant()))
            .isPresent();
    Optional<InstanceKey> successor = HookFacts.successor(step);
    return new HookFacts.Moment(
        downtimed,
        successor
            .flatMap(database.instances()::find)
            .map(instance -> instance.placement().instanceAlias())
            .orElse(""),
        successor.isPresent() ? sessions.coordinates(successor.get()) : "");
  }

  /** An earlier leader may still be running this hook: its deadline passes first. */
  private void waitOut(RecoveryStep step) throws WorkStopped, InterruptedException {
    Instant over = step.intendedAt().orElse(Instant.EPOCH).plus(config.hookTimeout());
    long limit = System.nanoTime() + config.hookTimeout().toNanos();
    while (clock.instant().isBefore(over) && System.nanoTime() < limit) {
      requireLeading();
      Thread.sleep(POLL);
    }
  }

  /** Whether a step that had ended is still so; empty when its server cannot be asked. */
  Optional<Boolean> stillHolds(RecoveryStep step) throws InterruptedException {
    Optional<ServerAction> action = ServerAction.of(StepKind.valueOf(step.kind()));
    InstanceKey target = step.target();
    if (action.isEmpty()) {
      return Optional.of(true);
    }
    try {
      ServerReading server = sessions.read(target);
      return Optional.of(
          server.uuid().equals(step.targetUuid()) && action.get().holds(server, step));
    } catch (SQLException e) {
      LOG.warn(
          "cannot look at a target again recovery={} target={} cause={}",
          recovery.uid(),
          target,
          e.getMessage());
      return Optional.empty();
    }
  }
}
