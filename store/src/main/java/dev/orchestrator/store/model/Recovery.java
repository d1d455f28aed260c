package dev.orchestrator.store.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The agreed record of one recovery. Replicated. Immutable.
 *
 * @param id number, from 1, in log order
 * @param uid {@code <unix nanoseconds>:<64 hex digits>}
 * @param subject what failed and what is locked
 * @param term term of the leader that owns the recovery now; intents of other terms are refused
 * @param node name of the member that owns it now
 * @param startedAt leader's stamp
 * @param blockedUntil end of the period in which no further automatic recovery of the cluster
 *     starts
 * @param ending how it ended, empty while it runs
 * @param acknowledgement who acknowledged it, empty when nobody did
 */
public record Recovery(
    long id,
    String uid,
    Subject subject,
    long term,
    String node,
    Instant startedAt,
    Instant blockedUntil,
    Optional<Ending> ending,
    Optional<Acknowledgement> acknowledgement) {

  /** Whether it has not ended: its locks are held. */
  public boolean running() {
    return ending.isEmpty();
  }

  /** The same recovery in the hands of another leader. */
  public Recovery ownedBy(long newTerm, String newNode) {
    return new Recovery(
        id, uid, subject, newTerm, newNode, startedAt, blockedUntil, ending, acknowledgement);
  }

  public Recovery withEnding(Ending newEnding) {
    return new Recovery(
        id,
        uid,
        subject,
        term,
        node,
        startedAt,
        blockedUntil,
        Optional.of(newEnding),
        acknowledgement);
  }

  /** The same recovery, acknowledged; from then on it blocks nothing. */
  public Recovery withAcknowledgement(Acknowledgement newAcknowledgement) {
    Instant at = newAcknowledgement.at();
    return new Recovery(
        id,
        uid,
        subject,
        term,
        node,
        startedAt,
        blockedUntil.isBefore(at) ? blockedUntil : at,
        ending,
        Optional.of(newAcknowledgement));
  }

  /**
   * What a recovery is about.
   *
   * @param kind what is done, for example DEAD_PRIMARY
   * @param clusterId immutable id, locked (rule A2)
   * @param clusterName name at the start
   * @param clusterAlias alias at the start
   * @param failedKey failed instance
   * @param failedUuid its server uuid
   * @param analysis published analysis code
   * @param description the analysis in words
   * @param replicas replicas at the start
   * @param lockedUuids server uuids that the recovery may touch, locked (rule A2)
   * @param detectionId detection that led here, 0 for none
   * @param command the human command that asked for it, {@code ""} for an automatic one
   */
  public record Subject(
      String kind,
      String clusterId,
      String clusterName,
      String clusterAlias,
      InstanceKey failedKey,
      String failedUuid,
      String analysis,
      String description,
      List<InstanceKey> replicas,
      List<String> lockedUuids,
      long detectionId,
      String command) {
    public Subject {
      replicas = List.copyOf(replicas);
      lockedUuids = List.copyOf(lockedUuids);
    }
  }

  /**
   * How a recovery ended.
   *
   * @param successful a successor was seen writable
   * @param successor the promoted instance
   * @param successorUuid its server uuid, {@code ""} for none
   * @param lostReplicas replicas that do not follow the successor
   * @param participants servers that were touched
   * @param errors what went wrong
   * @param lossStatement policy, what was acknowledged, promoted, lost or unknown, in words
   * @param endedAt leader's stamp
   */
  public record Ending(
      boolean successful,
      Optional<InstanceKey> successor,
      String successorUuid,
      List<InstanceKey> lostReplicas,
      List<InstanceKey> participants,
      List<String> errors,
      String lossStatement,
      Instant endedAt) {
    public Ending {
      lostReplicas = List.copyOf(lostReplicas);
      participants = List.copyOf(participants);
      errors = List.copyOf(errors);
    }

    public Ending at(Instant stamp) {
      return new Ending(
          successful,
          successor,
          successorUuid,
          lostReplicas,
          participants,
          errors,
          lossStatement,
          stamp);
    }
  }

  /** Who acknowledged a recovery, when and why. */
  public record Acknowledgement(String owner, String comment, Instant at) {}
}
