package dev.orchestrator.store.command;

import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.List;
import java.util.Optional;

/**
 * What the members agree on. Applied by {@code CommandApplier} as a function of rows, command and
 * the leader's stamp only; effects outside the database never happen in apply. Immutable.
 */
public sealed interface Command {
  /** The name under which logs and people know the command, for example {@code begin-downtime}. */
  String name();

  /** The member that leads a term, and where its HTTP API is. */
  record AnnounceLeader(String member, long term, String uri) implements Command {
    @Override
    public String name() {
      return "leader-uri";
    }
  }

  /** Every node shall visit this instance from now on. */
  record Discover(InstanceKey key) implements Command {
    @Override
    public String name() {
      return "discover";
    }
  }

  /** Every node shall forget this instance. Accepted if any node knows it. */
  record Forget(InstanceKey key) implements Command {
    @Override
    public String name() {
      return "forget";
    }
  }

  record BeginDowntime(Downtime downtime) implements Command {
    @Override
    public String name() {
      return "begin-downtime";
    }
  }

  record EndDowntime(InstanceKey key) implements Command {
    @Override
    public String name() {
      return "end-downtime";
    }
  }

  /** Switches all automatic recoveries on or off. */
  record SetGlobalRecoveries(boolean enabled) implements Command {
    @Override
    public String name() {
      return enabled ? "enable-global-recoveries" : "disable-global-recoveries";
    }
  }

  /**
   * Acknowledges ended recoveries and clears their block and the active detections concerned.
   * Exactly one selector is set, or none for all. The result's id is the number acknowledged.
   */
  record AcknowledgeRecoveries(
      Optional<String> uid,
      Optional<Long> id,
      Optional<String> clusterName,
      Optional<InstanceKey> key,
      String owner,
      String comment)
      implements Command {
    @Override
    public String name() {
      return "ack-recovery";
    }
  }

  /**
   * A cluster is seen for the first time with this primary. Refused if the uuid already is a
   * designated primary, or the id exists.
   */
  record RegisterCluster(String clusterId, String primaryUuid, InstanceKey primaryKey, String alias)
      implements Command {
    @Override
    public String name() {
      return "register-cluster";
    }
  }

  /**
   * Moves the primary record (rule A1): compare-and-set on the epoch. With a recovery uid it also
   * needs that recovery to run under this term; with {@code ""} it records what people did by hand
   * and needs the cluster to be unlocked.
   */
  record DesignatePrimary(
      String recoveryUid,
      long term,
      String clusterId,
      long expectedEpoch,
      String primaryUuid,
      InstanceKey primaryKey)
      implements Command {
    @Override
    public String name() {
      return "designate-primary";
    }
  }

  /**
   * Registers a failure. Refused while an active detection of the same instance and actionability
   * exists.
   */
  record RegisterDetection(
      InstanceKey key,
      String clusterName,
      String clusterAlias,
      String analysis,
      String description,
      List<InstanceKey> replicas,
      boolean actionable,
      String node)
      implements Command {
    public RegisterDetection {
      replicas = List.copyOf(replicas);
    }

    @Override
    public String name() {
      return "register-failure-detection";
    }
  }

  /**
   * Starts a recovery and takes its locks (rule A2). Refused, with the reason, while the cluster id
   * or one of the uuids is locked; unless forced also while recoveries are disabled, or an
   * unacknowledged recovery of the cluster blocks further ones.
   *
   * @param blockSeconds how long no further automatic recovery of this cluster starts
   */
  record StartRecovery(
      String uid,
      Recovery.Subject subject,
      long term,
      String node,
      long blockSeconds,
      boolean forced)
      implements Command {
    @Override
    public String name() {
      return "write-recovery";
    }
  }

  /** Appends steps to a recovery's plan; their numbers go on where the plan ends. */
  record PlanSteps(String uid, long term, List<RecoveryStep> steps) implements Command {
    public PlanSteps {
      steps = List.copyOf(steps);
    }

    @Override
    public String name() {
      return "plan-recovery-steps";
    }
  }

  /**
   * A new leader takes over a running recovery: refused unless its term is higher than the owner's.
   */
  record TakeOverRecovery(String uid, long term, String node) implements Command {
    @Override
    public String name() {
      return "take-over-recovery";
    }
  }

  /**
   * Asks for the permission to act (rule A3): accepted only if the recovery runs under this term
   * and the step has not ended; {@code attempt} must be the step's attempts so far plus one.
   */
  record StepIntended(String uid, long term, int step, int attempt) implements Command {
    @Override
    public String name() {
      return "step-intended";
    }
  }

  /** Records how a permitted step ended. */
  record StepEnded(
      String uid, long term, int step, int attempt, RecoveryStep.State state, String detail)
      implements Command {
    @Override
    public String name() {
      return "step-ended";
    }
  }

  /**
   * Ends a recovery and frees its locks; the ending's time is overwritten by the leader's stamp.
   */
  record EndRecovery(String uid, long term, Recovery.Ending ending) implements Command {
    @Override
    public String name() {
      return "resolve-recovery";
    }
  }

  /** Removes what has ended by the leader's stamp: downtimes, active detections (rule L4). */
  record Expire(long detectionBlockSeconds) implements Command {
    @Override
    public String name() {
      return "expire";
    }
  }
}
