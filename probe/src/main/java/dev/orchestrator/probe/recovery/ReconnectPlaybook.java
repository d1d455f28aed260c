package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.sql.Database;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets replicas connect to their source anew, when a majority of members sees the source gone while
 * replicas still hold old connections to it: with the server's default timeouts a replica notices
 * only after a minute that its source is frozen or cut off. If the source lives, they are back in a
 * moment, and the old connections were right; if not, they say so now. Confined to the recovery's
 * thread.
 */
final class ReconnectPlaybook implements Playbook {
  /** The name of this kind in the ledger. */
  static final String KIND = "RECONNECT_REPLICAS";

  /** What was done once need not stay so: nobody plans these steps again. */
  private static final int STAGE = Ledger.AFTERMATH;

  private final Database database;
  private final Clock clock;

  ReconnectPlaybook(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public Next next(Recovery recovery, Ledger ledger) {
    return ledger.isEmpty() ? begin(recovery) : end(recovery, ledger);
  }

  private Next begin(Recovery recovery) {
    InstanceKey source = recovery.subject().failedKey();
    Map<String, String> arguments = new HashMap<>();
    arguments.put(RecoveryPlanner.SOURCE_UUID, recovery.subject().failedUuid());
    arguments.put(RecoveryPlanner.SOURCE_HOST, source.host());
    arguments.put(RecoveryPlanner.SOURCE_PORT, Integer.toString(source.port()));
    Plan plan = new Plan(0);
    for (InstanceKey key : recovery.subject().replicas()) {
      String uuid = database.instances().find(key).map(i -> i.server().uuid()).orElse("");
      Target target = new Target(key, uuid);
      String why = key + " connects anew, to see whether " + source + " is there";
      String lane = key.toString();
      plan.attempt(STAGE, StepKind.STOP_RECEIVER, lane, target, arguments, why)
          .attempt(STAGE, StepKind.START_RECEIVER, lane, target, arguments, why);
    }
    return plan.isEmpty() ? end(recovery, new Ledger(List.of())) : new Next.Steps(plan.steps());
  }

  private Next end(Recovery recovery, Ledger ledger) {
    List<InstanceKey> touched = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    for (RecoveryStep step : ledger.of(StepKind.START_RECEIVER)) {
      if (step.state() == RecoveryStep.State.DONE) {
        touched.add(step.target());
      } else {
        errors.add(step.target() + ": " + step.detail());
      }
    }
    return new Next.End(
        new Recovery.Ending(
            errors.isEmpty(),
            Optional.empty(),
            "",
            List.of(),
            touched,
            errors,
            "nothing was changed: replicas of "
                + recovery.subject().failedKey()
                + " connected to it anew",
            clock.instant()));
  }
}
