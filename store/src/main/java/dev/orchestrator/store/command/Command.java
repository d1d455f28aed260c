package dev.orchestrator.store.command;

import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.model.Tag;
import java.util.List;
import java.util.Optional;

/**
 * What the members agree on. Applied by {@code CommandApplier} as a function of rows, command and
 * the leader's stamp only; effects outside the database never happen in apply. Immutable.
 */
public sealed interface Command {
  /** The name under which logs and people know the command, for example {@code begin-downtime}. */
  String name();

  /**
   * The oldest format that knows this command (rule T1). It may be proposed when the members have
   * agreed on that format or a newer one.
   */
  default int format() {
    return 1;
  }

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

  /**
   * Ends the downtime of a server that a recovery left behind and that replicates again. A downtime
   * that a person began meanwhile stays. The id says how many ended. Since format 2.
   */
  record EndLostDowntime(InstanceKey key) implements Command {
    @Override
    public String name() {
      return "end-lost-in-recovery-downtime";
    }

    @Override
    public int format() {
      return 2;
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

  /** What people note about the fleet; needs no agreement beyond its place in the log. */
  sealed interface Note extends Command {}

  /**
   * Every node shall forget these members of a cluster.
   *
   * @param members those that the leader knew: what each node knows is its own
   */
  record ForgetCluster(String clusterName, List<InstanceKey> members) implements Note {
    public ForgetCluster {
      members = List.copyOf(members);
    }

    @Override
    public String name() {
      return "forget-cluster";
    }
  }

  record PutTag(Tag tag) implements Note {
    @Override
    public String name() {
      return "put-instance-tag";
    }
  }

  /**
   * Removes a tag; the result's id is the number removed.
   *
   * @param key of one instance, or of all
   * @param value only where it has this value, or whatever it is
   */
  record DeleteTags(Optional<InstanceKey> key, String tag, Optional<String> value) implements Note {
    @Override
    public String name() {
      return "delete-instance-tag";
    }
  }

  /** How fit people hold an instance for promotion; forgotten after a while. */
  record RegisterCandidate(InstanceKey key, PromotionRule rule) implements Note {
    @Override
    public String name() {
      return "register-candidate";
    }
  }

  /** A virtual name under which an instance's host is to be shown; {@code ""} removes it. */
  record RegisterUnresolve(InstanceKey key, String virtualName) implements Note {
    @Override
    public String name() {
      return "register-hostname-unresolve";
    }
  }

  /** Replaces the members of a pool; no members removes it. */
  record SubmitPool(String pool, List<InstanceKey> members) implements Note {
    public SubmitPool {
      members = List.copyOf(members);
    }

    @Override
    public String name() {
      return "submit-pool-instances";
    }
  }

  /**
   * Locks an instance for a person's work; refused while it is locked. It begins with the stamp.
   * The result's id is the maintenance's number.
   */
  record BeginMaintenance(InstanceKey key, String owner, String reason, long durationSeconds)
      implements Note {
    @Override
    public String name() {
      return "begin-maintenance";
    }
  }

  /** Ends the maintenance of an instance, or the one with this number; the id says how many. */
  record EndMaintenance(Optional<InstanceKey> key, Optional<Long> id) implements Note {
    @Override
    public String name() {
      return "end-maintenance";
    }
  }

  /** An alias that people chose, which goes before every other; {@code ""} removes it. */
  record SetClusterAlias(String clusterName, String alias) implements Note {
    @Override
    public String name() {
      return "set-cluster-alias-manual-override";
    }
  }

  /**
   * Pseudo-GTID was injected into a cluster at the time of the stamp; forgotten after {@link
   * dev.orchestrator.store.sql.PseudoGtidTable#KEPT}. Who injects says so at most once a minute and
   * cluster. Since format 3.
   */
  record InjectedPseudoGtid(String clusterName) implements Note {
    @Override
    public String name() {
      return "injected-pseudo-gtid";
    }

    @Override
    public int format() {
      return 3;
    }
  }

  /**
   * No automatic recovery of a cluster starts for a while (rule A11); replaces an earlier pause.
   *
   * @param clusterId the cluster's immutable id
   * @param owner who says so
   * @param reason why
   * @param durationSeconds from the leader's stamp on; 0 ends the pause
   */
  record PauseRecoveries(String clusterId, String owner, String reason, long durationSeconds)
      implements Note {
    @Override
    public String name() {
      return "pause-recoveries";
    }
  }

  /** A value for the key-value stores; who writes it there watches the rows, outside apply. */
  record PutKeyValue(String key, String value) implements Note {
    @Override
    public String name() {
      return "put-key-value";
    }
  }

  /**
   * Removes notes that were last confirmed so many seconds before the stamp, and maintenances that
   * have ended (rule L4). The id says how many.
   */
  record ExpireNotes(long candidateSeconds, long unresolveSeconds, long poolSeconds)
      implements Note {
    @Override
    public String name() {
      return "expire-notes";
    }
  }

  /**
   * At the index of this command every node hashes its replicated rows and reports the hash. The
   * result's id is that index.
   */
  record CheckState() implements Command {
    @Override
    public String name() {
      return "check-state";
    }
  }

  /** What one member's rows were at a check; refused for any but the newest check. */
  record ReportState(StateReport report) implements Command {
    @Override
    public String name() {
      return "report-state";
    }
  }

  /**
   * From here on commands of this format may be in the log (rule T1). Never goes back. Proposed
   * when every member runs a program that reads it.
   */
  record RaiseFormat(int version) implements Command {
    @Override
    public String name() {
      return "raise-format";
    }
  }
}
