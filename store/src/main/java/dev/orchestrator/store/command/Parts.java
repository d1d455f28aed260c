package dev.orchestrator.store.command;

import dev.orchestrator.proto.command.Argument;
import dev.orchestrator.proto.command.EndRecovery;
import dev.orchestrator.proto.command.Key;
import dev.orchestrator.proto.command.PlannedStep;
import dev.orchestrator.proto.command.RecoverySubject;
import dev.orchestrator.proto.command.ReportState;
import dev.orchestrator.proto.command.StepState;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.StateReport;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The values that commands are made of, as messages and back. Immutable. */
final class Parts {
  private Parts() {}

  static Key key(InstanceKey key) {
    return Key.newBuilder().setHost(key.host()).setPort(key.port()).build();
  }

  static InstanceKey key(Key key) {
    return new InstanceKey(key.getHost(), key.getPort());
  }

  static List<Key> keys(List<InstanceKey> keys) {
    return keys.stream().map(Parts::key).toList();
  }

  static List<InstanceKey> modelKeys(List<Key> keys) {
    return keys.stream().map(Parts::key).toList();
  }

  static RecoverySubject subject(Recovery.Subject subject) {
    return RecoverySubject.newBuilder()
        .setKind(subject.kind())
        .setClusterId(subject.clusterId())
        .setClusterName(subject.clusterName())
        .setClusterAlias(subject.clusterAlias())
        .setFailedKey(key(subject.failedKey()))
        .setFailedUuid(subject.failedUuid())
        .setAnalysis(subject.analysis())
        .setDescription(subject.description())
        .addAllReplicas(keys(subject.replicas()))
        .addAllLockedUuids(subject.lockedUuids())
        .setDetectionId(subject.detectionId())
        .setCommand(subject.command())
        .build();
  }

  static Recovery.Subject subject(RecoverySubject m) {
    return new Recovery.Subject(
        m.getKind(),
        m.getClusterId(),
        m.getClusterName(),
        m.getClusterAlias(),
        key(m.getFailedKey()),
        m.getFailedUuid(),
        m.getAnalysis(),
        m.getDescription(),
        modelKeys(m.getReplicasList()),
        List.copyOf(m.getLockedUuidsList()),
        m.getDetectionId(),
        m.getCommand());
  }

  static PlannedStep plannedStep(RecoveryStep step) {
    if (step.state() != RecoveryStep.State.PLANNED) {
      throw new IllegalArgumentException(
          "a plan holds steps in state PLANNED only, got step "
              + step.number()
              + " "
              + step.state());
    }
    PlannedStep.Builder message =
        PlannedStep.newBuilder()
            .setNumber(step.number())
            .setKind(step.kind())
            .setTarget(key(step.target()))
            .setTargetUuid(step.targetUuid())
            .setWhy(step.why());
    new TreeMap<>(step.arguments())
        .forEach(
            (name, value) ->
                message.addArguments(Argument.newBuilder().setName(name).setValue(value)));
    return message.build();
  }

  static RecoveryStep plannedStep(PlannedStep m) {
    Map<String, String> arguments =
        m.getArgumentsList().stream()
            .collect(Collectors.toMap(Argument::getName, Argument::getValue));
    return RecoveryStep.planned(
        m.getNumber(), m.getKind(), key(m.getTarget()), m.getTargetUuid(), arguments, m.getWhy());
  }

  static StepState state(RecoveryStep.State state) {
    return switch (state) {
      case PLANNED -> StepState.STEP_STATE_PLANNED;
      case INTENDED -> StepState.STEP_STATE_INTENDED;
      case DONE -> StepState.STEP_STATE_DONE;
      case FAILED -> StepState.STEP_STATE_FAILED;
      case SKIPPED -> StepState.STEP_STATE_SKIPPED;
      case UNKNOWN -> StepState.STEP_STATE_UNKNOWN;
    };
  }

  static RecoveryStep.State state(StepState state) {
    return switch (state) {
      case STEP_STATE_PLANNED -> RecoveryStep.State.PLANNED;
      case STEP_STATE_INTENDED -> RecoveryStep.State.INTENDED;
      case STEP_STATE_DONE -> RecoveryStep.State.DONE;
      case STEP_STATE_FAILED -> RecoveryStep.State.FAILED;
      case STEP_STATE_SKIPPED -> RecoveryStep.State.SKIPPED;
      case STEP_STATE_UNKNOWN -> RecoveryStep.State.UNKNOWN;
      case STEP_STATE_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnknownCommandException("log entry holds an unknown step state " + state);
    };
  }

  static ReportState.Builder report(StateReport report) {
    ReportState.Builder message =
        ReportState.newBuilder()
            .setMember(report.member())
            .setCheckIndex(report.checkIndex())
            .setFormat(report.format())
            .setHash(report.hash());
    report
        .tables()
        .forEach(
            (table, hash) ->
                message.addTables(Argument.newBuilder().setName(table).setValue(hash)));
    return message;
  }

  static StateReport report(ReportState m) {
    TreeMap<String, String> tables = new TreeMap<>();
    m.getTablesList().forEach(table -> tables.put(table.getName(), table.getValue()));
    return new StateReport(m.getMember(), m.getCheckIndex(), m.getFormat(), m.getHash(), tables);
  }

  static EndRecovery.Builder ending(EndRecovery.Builder message, Recovery.Ending ending) {
    ending.successor().map(Parts::key).ifPresent(message::setSuccessor);
    return message
        .setSuccessful(ending.successful())
        .setSuccessorUuid(ending.successorUuid())
        .addAllLostReplicas(keys(ending.lostReplicas()))
        .addAllParticipants(keys(ending.participants()))
        .addAllErrors(ending.errors())
        .setLossStatement(ending.lossStatement())
        .setEndedAtEpochMs(ending.endedAt().toEpochMilli());
  }

  static Recovery.Ending ending(EndRecovery m) {
    return new Recovery.Ending(
        m.getSuccessful(),
        m.hasSuccessor() ? Optional.of(key(m.getSuccessor())) : Optional.empty(),
        m.getSuccessorUuid(),
        modelKeys(m.getLostReplicasList()),
        modelKeys(m.getParticipantsList()),
        List.copyOf(m.getErrorsList()),
        m.getLossStatement(),
        Instant.ofEpochMilli(m.getEndedAtEpochMs()));
  }
}
