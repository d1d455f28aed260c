package dev.orchestrator.store.command;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.orchestrator.proto.command.AcknowledgeRecoveries;
import dev.orchestrator.proto.command.AnnounceLeader;
import dev.orchestrator.proto.command.BeginDowntime;
import dev.orchestrator.proto.command.CheckState;
import dev.orchestrator.proto.command.CommandEnvelope;
import dev.orchestrator.proto.command.DesignatePrimary;
import dev.orchestrator.proto.command.Discover;
import dev.orchestrator.proto.command.EndDowntime;
import dev.orchestrator.proto.command.EndLostDowntime;
import dev.orchestrator.proto.command.EndRecovery;
import dev.orchestrator.proto.command.Expire;
import dev.orchestrator.proto.command.Forget;
import dev.orchestrator.proto.command.PlanSteps;
import dev.orchestrator.proto.command.RaiseFormat;
import dev.orchestrator.proto.command.RegisterCluster;
import dev.orchestrator.proto.command.RegisterDetection;
import dev.orchestrator.proto.command.SetGlobalRecoveries;
import dev.orchestrator.proto.command.StartRecovery;
import dev.orchestrator.proto.command.StepEnded;
import dev.orchestrator.proto.command.StepIntended;
import dev.orchestrator.proto.command.TakeOverRecovery;
import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.StateReport;
import java.time.Instant;
import java.util.Optional;

/**
 * Commands as bytes in the log, and back (messages in {@code command.proto}). The same command and
 * stamp always become the same bytes. Times keep whole milliseconds. Immutable.
 */
public final class CommandCodec {
  /**
   * The newest format that this program reads and writes. Format 2 brought the downtime of what a
   * recovery leaves behind.
   */
  public static final int FORMAT_VERSION = 3;

  private CommandCodec() {}

  /**
   * Writes a command, in the oldest format that knows it.
   *
   * @param stampEpochMillis the leader's stamp
   * @throws IllegalArgumentException a time in the command does not fit into milliseconds, or a
   *     planned step is not in state PLANNED
   */
  public static byte[] encode(Command command, long stampEpochMillis) {
    CommandEnvelope.Builder envelope =
        CommandEnvelope.newBuilder()
            .setFormatVersion(command.format())
            .setStampEpochMs(stampEpochMillis);
    try {
      write(command, envelope);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a time in " + command + " is out of range", e);
    }
    return envelope.build().toByteArray();
  }

  /**
   * Reads a command.
   *
   * @throws UnknownCommandException the bytes are no command, are of a newer format, or hold a
   *     command that this program does not know
   */
  public static StampedCommand decode(byte[] bytes) {
    try {
      CommandEnvelope envelope = CommandEnvelope.parseFrom(bytes);
      requireKnownFormat(envelope);
      return new StampedCommand(read(envelope), envelope.getStampEpochMs());
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new UnknownCommandException(
          "log entry of " + bytes.length + " bytes is not a command", e);
    }
  }

  private static void requireKnownFormat(CommandEnvelope envelope) {
    int version = envelope.getFormatVersion();
    if (version < 1 || version > FORMAT_VERSION) {
      throw new UnknownCommandException(
          "log entry has command format "
              + Integer.toUnsignedString(version)
              + ", this program reads 1 to "
              + FORMAT_VERSION
              + "; install the version that the leader runs");
    }
  }

  private static void write(Command command, CommandEnvelope.Builder envelope) {
    switch (command) {
      case Command.AnnounceLeader c ->
          envelope.setAnnounceLeader(
              AnnounceLeader.newBuilder().setMember(c.member()).setTerm(c.term()).setUri(c.uri()));
      case Command.Discover c ->
          envelope.setDiscover(Discover.newBuilder().setKey(Parts.key(c.key())));
      case Command.Forget c -> envelope.setForget(Forget.newBuilder().setKey(Parts.key(c.key())));
      case Command.BeginDowntime c -> envelope.setBeginDowntime(downtime(c.downtime()));
      case Command.EndDowntime c ->
          envelope.setEndDowntime(EndDowntime.newBuilder().setKey(Parts.key(c.key())));
      case Command.EndLostDowntime c ->
          envelope.setEndLostDowntime(EndLostDowntime.newBuilder().setKey(Parts.key(c.key())));
      case Command.SetGlobalRecoveries c ->
          envelope.setSetGlobalRecoveries(SetGlobalRecoveries.newBuilder().setEnabled(c.enabled()));
      case Command.AcknowledgeRecoveries c -> envelope.setAcknowledgeRecoveries(acknowledge(c));
      case Command.RegisterCluster c ->
          envelope.setRegisterCluster(
              RegisterCluster.newBuilder()
                  .setClusterId(c.clusterId())
                  .setPrimaryUuid(c.primaryUuid())
                  .setPrimaryKey(Parts.key(c.primaryKey()))
                  .setAlias(c.alias()));
      case Command.DesignatePrimary c ->
          envelope.setDesignatePrimary(
              DesignatePrimary.newBuilder()
                  .setRecoveryUid(c.recoveryUid())
                  .setTerm(c.term())
                  .setClusterId(c.clusterId())
                  .setExpectedEpoch(c.expectedEpoch())
                  .setPrimaryUuid(c.primaryUuid())
                  .setPrimaryKey(Parts.key(c.primaryKey())));
      case Command.RegisterDetection c ->
          envelope.setRegisterDetection(
              RegisterDetection.newBuilder()
                  .setKey(Parts.key(c.key()))
                  .setClusterName(c.clusterName())
                  .setClusterAlias(c.clusterAlias())
                  .setAnalysis(c.analysis())
                  .setDescription(c.description())
                  .addAllReplicas(Parts.keys(c.replicas()))
                  .setActionable(c.actionable())
                  .setNode(c.node()));
      case Command.StartRecovery c ->
          envelope.setStartRecovery(
              StartRecovery.newBuilder()
                  .setUid(c.uid())
                  .setSubject(Parts.subject(c.subject()))
                  .setTerm(c.term())
                  .setNode(c.node())
                  .setBlockSeconds(c.blockSeconds())
                  .setForced(c.forced()));
      case Command.PlanSteps c ->
          envelope.setPlanSteps(
              PlanSteps.newBuilder()
                  .setUid(c.uid())
                  .setTerm(c.term())
                  .addAllSteps(c.steps().stream().map(Parts::plannedStep).toList()));
      case Command.TakeOverRecovery c ->
          envelope.setTakeOverRecovery(
              TakeOverRecovery.newBuilder().setUid(c.uid()).setTerm(c.term()).setNode(c.node()));
      case Command.StepIntended c ->
          envelope.setStepIntended(
              StepIntended.newBuilder()
                  .setUid(c.uid())
                  .setTerm(c.term())
                  .setStep(c.step())
                  .setAttempt(c.attempt()));
      case Command.StepEnded c ->
          envelope.setStepEnded(
              StepEnded.newBuilder()
                  .setUid(c.uid())
                  .setTerm(c.term())
                  .setStep(c.step())
                  .setAttempt(c.attempt())
                  .setState(Parts.state(c.state()))
                  .setDetail(c.detail()));
      case Command.EndRecovery c ->
          envelope.setEndRecovery(
              Parts.ending(EndRecovery.newBuilder().setUid(c.uid()).setTerm(c.term()), c.ending()));
      case Command.Expire c ->
          envelope.setExpire(
              Expire.newBuilder().setDetectionBlockSeconds(c.detectionBlockSeconds()));
      case Command.Note note -> NoteCodec.write(note, envelope);
      case Command.CheckState _ -> envelope.setCheckState(CheckState.getDefaultInstance());
      case Command.ReportState(StateReport report) -> envelope.setReportState(Parts.report(report));
      case Command.RaiseFormat c ->
          envelope.setRaiseFormat(RaiseFormat.newBuilder().setVersion(c.version()));
    }
  }

  private static BeginDowntime.Builder downtime(Downtime downtime) {
    return BeginDowntime.newBuilder()
        .setKey(Parts.key(downtime.key()))
        .setOwner(downtime.owner())
        .setReason(downtime.reason())
        .setBeginsAtEpochMs(downtime.beginsAt().toEpochMilli())
        .setEndsAtEpochMs(downtime.endsAt().toEpochMilli());
  }

  private static AcknowledgeRecoveries.Builder acknowledge(Command.AcknowledgeRecoveries c) {
    AcknowledgeRecoveries.Builder message =
        AcknowledgeRecoveries.newBuilder().setOwner(c.owner()).setComment(c.comment());
    c.uid().ifPresent(message::setUid);
    c.id().ifPresent(message::setId);
    c.clusterName().ifPresent(message::setClusterName);
    c.key().map(Parts::key).ifPresent(message::setKey);
    return message;
  }

  private static Command read(CommandEnvelope envelope) {
    return switch (envelope.getCommandCase()) {
      case ANNOUNCE_LEADER -> {
        AnnounceLeader m = envelope.getAnnounceLeader();
        yield new Command.AnnounceLeader(m.getMember(), m.getTerm(), m.getUri());
      }
      case DISCOVER -> new Command.Discover(Parts.key(envelope.getDiscover().getKey()));
      case FORGET -> new Command.Forget(Parts.key(envelope.getForget().getKey()));
      case BEGIN_DOWNTIME -> new Command.BeginDowntime(downtime(envelope.getBeginDowntime()));
      case END_DOWNTIME -> new Command.EndDowntime(Parts.key(envelope.getEndDowntime().getKey()));
      case SET_GLOBAL_RECOVERIES ->
          new Command.SetGlobalRecoveries(envelope.getSetGlobalRecoveries().getEnabled());
      case ACKNOWLEDGE_RECOVERIES -> acknowledge(envelope.getAcknowledgeRecoveries());
      case REGISTER_CLUSTER -> {
        RegisterCluster m = envelope.getRegisterCluster();
        yield new Command.RegisterCluster(
            m.getClusterId(), m.getPrimaryUuid(), Parts.key(m.getPrimaryKey()), m.getAlias());
      }
      case DESIGNATE_PRIMARY -> designate(envelope.getDesignatePrimary());
      case REGISTER_DETECTION -> detection(envelope.getRegisterDetection());
      case START_RECOVERY -> {
        StartRecovery m = envelope.getStartRecovery();
        yield new Command.StartRecovery(
            m.getUid(),
            Parts.subject(m.getSubject()),
            m.getTerm(),
            m.getNode(),
            m.getBlockSeconds(),
            m.getForced());
      }
      case PLAN_STEPS -> {
        PlanSteps m = envelope.getPlanSteps();
        yield new Command.PlanSteps(
            m.getUid(), m.getTerm(), m.getStepsList().stream().map(Parts::plannedStep).toList());
      }
      case TAKE_OVER_RECOVERY -> {
        TakeOverRecovery m = envelope.getTakeOverRecovery();
        yield new Command.TakeOverRecovery(m.getUid(), m.getTerm(), m.getNode());
      }
      case STEP_INTENDED -> {
        StepIntended m = envelope.getStepIntended();
        yield new Command.StepIntended(m.getUid(), m.getTerm(), m.getStep(), m.getAttempt());
      }
      case STEP_ENDED -> {
        StepEnded m = envelope.getStepEnded();
        yield new Command.StepEnded(
            m.getUid(),
            m.getTerm(),
            m.getStep(),
            m.getAttempt(),
            Parts.state(m.getState()),
            m.getDetail());
      }
      case END_RECOVERY -> {
        EndRecovery m = envelope.getEndRecovery();
        yield new Command.EndRecovery(m.getUid(), m.getTerm(), Parts.ending(m));
      }
      case EXPIRE -> new Command.Expire(envelope.getExpire().getDetectionBlockSeconds());
      case FORGET_CLUSTER -> NoteCodec.read(envelope.getForgetCluster());
      case PUT_TAG -> NoteCodec.read(envelope.getPutTag());
      case DELETE_TAGS -> NoteCodec.read(envelope.getDeleteTags());
      case REGISTER_CANDIDATE -> NoteCodec.read(envelope.getRegisterCandidate());
      case REGISTER_UNRESOLVE -> NoteCodec.read(envelope.getRegisterUnresolve());
      case SUBMIT_POOL -> NoteCodec.read(envelope.getSubmitPool());
      case BEGIN_MAINTENANCE -> NoteCodec.read(envelope.getBeginMaintenance());
      case END_MAINTENANCE -> NoteCodec.read(envelope.getEndMaintenance());
      case SET_CLUSTER_ALIAS -> NoteCodec.read(envelope.getSetClusterAlias());
      case PUT_KEY_VALUE -> NoteCodec.read(envelope.getPutKeyValue());
      case EXPIRE_NOTES -> NoteCodec.read(envelope.getExpireNotes());
      case INJECTED_PSEUDO_GTID -> NoteCodec.read(envelope.getInjectedPseudoGtid());
      case PAUSE_RECOVERIES -> NoteCodec.read(envelope.getPauseRecoveries());
      case CHECK_STATE -> new Command.CheckState();
      case REPORT_STATE -> new Command.ReportState(Parts.report(envelope.getReportState()));
      case RAISE_FORMAT -> new Command.RaiseFormat(envelope.getRaiseFormat().getVersion());
      case END_LOST_DOWNTIME ->
          new Command.EndLostDowntime(Parts.key(envelope.getEndLostDowntime().getKey()));
      case COMMAND_NOT_SET ->
          throw new UnknownCommandException(
              "log entry holds a command that this program does not know (fields "
                  + envelope.getUnknownFields().asMap().keySet()
                  + "); install the version that the leader runs");
    };
  }

  private static Downtime downtime(BeginDowntime m) {
    return new Downtime(
        Parts.key(m.getKey()),
        m.getOwner(),
        m.getReason(),
        Instant.ofEpochMilli(m.getBeginsAtEpochMs()),
        Instant.ofEpochMilli(m.getEndsAtEpochMs()));
  }

  private static Command acknowledge(AcknowledgeRecoveries m) {
    return new Command.AcknowledgeRecoveries(
        m.hasUid() ? Optional.of(m.getUid()) : Optional.empty(),
        m.hasId() ? Optional.of(m.getId()) : Optional.empty(),
        m.hasClusterName() ? Optional.of(m.getClusterName()) : Optional.empty(),
        m.hasKey() ? Optional.of(Parts.key(m.getKey())) : Optional.empty(),
        m.getOwner(),
        m.getComment());
  }

  private static Command designate(DesignatePrimary m) {
    return new Command.DesignatePrimary(
        m.getRecoveryUid(),
        m.getTerm(),
        m.getClusterId(),
        m.getExpectedEpoch(),
        m.getPrimaryUuid(),
        Parts.key(m.getPrimaryKey()));
  }

  private static Command detection(RegisterDetection m) {
    return new Command.RegisterDetection(
        Parts.key(m.getKey()),
        m.getClusterName(),
        m.getClusterAlias(),
        m.getAnalysis(),
        m.getDescription(),
        Parts.modelKeys(m.getReplicasList()),
        m.getActionable(),
        m.getNode());
  }
}
