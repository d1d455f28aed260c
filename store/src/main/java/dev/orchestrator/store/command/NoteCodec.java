package dev.orchestrator.store.command;

import dev.orchestrator.proto.command.BeginMaintenance;
import dev.orchestrator.proto.command.CommandEnvelope;
import dev.orchestrator.proto.command.DeleteTags;
import dev.orchestrator.proto.command.EndMaintenance;
import dev.orchestrator.proto.command.ExpireNotes;
import dev.orchestrator.proto.command.ForgetCluster;
import dev.orchestrator.proto.command.InjectedPseudoGtid;
import dev.orchestrator.proto.command.PauseRecoveries;
import dev.orchestrator.proto.command.PutKeyValue;
import dev.orchestrator.proto.command.PutTag;
import dev.orchestrator.proto.command.RegisterCandidate;
import dev.orchestrator.proto.command.RegisterUnresolve;
import dev.orchestrator.proto.command.SetClusterAlias;
import dev.orchestrator.proto.command.SubmitPool;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.model.Tag;
import java.util.Optional;

/** Notes as messages, and back. Stateless. */
final class NoteCodec {
  private NoteCodec() {}

  static void write(Command.Note note, CommandEnvelope.Builder envelope) {
    switch (note) {
      case Command.ForgetCluster c ->
          envelope.setForgetCluster(
              ForgetCluster.newBuilder()
                  .setClusterName(c.clusterName())
                  .addAllMembers(Parts.keys(c.members())));
      case Command.PutTag(Tag tag) ->
          envelope.setPutTag(
              PutTag.newBuilder()
                  .setKey(Parts.key(tag.key()))
                  .setTag(tag.name())
                  .setValue(tag.value()));
      case Command.DeleteTags c -> {
        DeleteTags.Builder message = DeleteTags.newBuilder().setTag(c.tag());
        c.key().map(Parts::key).ifPresent(message::setKey);
        c.value().ifPresent(message::setValue);
        envelope.setDeleteTags(message);
      }
      case Command.RegisterCandidate c ->
          envelope.setRegisterCandidate(
              RegisterCandidate.newBuilder()
                  .setKey(Parts.key(c.key()))
                  .setPromotionRule(c.rule().published()));
      case Command.RegisterUnresolve c ->
          envelope.setRegisterUnresolve(
              RegisterUnresolve.newBuilder()
                  .setKey(Parts.key(c.key()))
                  .setVirtualName(c.virtualName()));
      case Command.SubmitPool c ->
          envelope.setSubmitPool(
              SubmitPool.newBuilder().setPool(c.pool()).addAllMembers(Parts.keys(c.members())));
      case Command.BeginMaintenance c ->
          envelope.setBeginMaintenance(
              BeginMaintenance.newBuilder()
                  .setKey(Parts.key(c.key()))
                  .setOwner(c.owner())
                  .setReason(c.reason())
                  .setDurationSeconds(c.durationSeconds()));
      case Command.EndMaintenance c -> {
        EndMaintenance.Builder message = EndMaintenance.newBuilder();
        c.key().map(Parts::key).ifPresent(message::setKey);
        c.id().ifPresent(message::setId);
        envelope.setEndMaintenance(message);
      }
      case Command.SetClusterAlias c ->
          envelope.setSetClusterAlias(
              SetClusterAlias.newBuilder().setClusterName(c.clusterName()).setAlias(c.alias()));
      case Command.PutKeyValue c ->
          envelope.setPutKeyValue(PutKeyValue.newBuilder().setName(c.key()).setValue(c.value()));
      case Command.InjectedPseudoGtid c ->
          envelope.setInjectedPseudoGtid(
              InjectedPseudoGtid.newBuilder().setClusterName(c.clusterName()));
      case Command.PauseRecoveries c ->
          envelope.setPauseRecoveries(
              PauseRecoveries.newBuilder()
                  .setClusterId(c.clusterId())
                  .setOwner(c.owner())
                  .setReason(c.reason())
                  .setDurationSeconds(c.durationSeconds()));
      case Command.ExpireNotes c ->
          envelope.setExpireNotes(
              ExpireNotes.newBuilder()
                  .setCandidateSeconds(c.candidateSeconds())
                  .setUnresolveSeconds(c.unresolveSeconds())
                  .setPoolSeconds(c.poolSeconds()));
    }
  }

  static Command read(ForgetCluster m) {
    return new Command.ForgetCluster(m.getClusterName(), Parts.modelKeys(m.getMembersList()));
  }

  static Command read(PutTag m) {
    return new Command.PutTag(new Tag(Parts.key(m.getKey()), m.getTag(), m.getValue()));
  }

  static Command read(DeleteTags m) {
    return new Command.DeleteTags(
        m.hasKey() ? Optional.of(Parts.key(m.getKey())) : Optional.empty(),
        m.getTag(),
        m.hasValue() ? Optional.of(m.getValue()) : Optional.empty());
  }

  static Command read(RegisterCandidate m) {
    PromotionRule rule =
        PromotionRule.of(m.getPromotionRule())
            .orElseThrow(
                () ->
                    new UnknownCommandException(
                        "log entry holds an unknown promotion rule " + m.getPromotionRule()));
    return new Command.RegisterCandidate(Parts.key(m.getKey()), rule);
  }

  static Command read(RegisterUnresolve m) {
    return new Command.RegisterUnresolve(Parts.key(m.getKey()), m.getVirtualName());
  }

  static Command read(SubmitPool m) {
    return new Command.SubmitPool(m.getPool(), Parts.modelKeys(m.getMembersList()));
  }

  static Command read(BeginMaintenance m) {
    return new Command.BeginMaintenance(
        Parts.key(m.getKey()), m.getOwner(), m.getReason(), m.getDurationSeconds());
  }

  static Command read(EndMaintenance m) {
    return new Command.EndMaintenance(
        m.hasKey() ? Optional.of(Parts.key(m.getKey())) : Optional.empty(),
        m.hasId() ? Optional.of(m.getId()) : Optional.empty());
  }

  static Command read(SetClusterAlias m) {
    return new Command.SetClusterAlias(m.getClusterName(), m.getAlias());
  }

  static Command read(PutKeyValue m) {
    return new Command.PutKeyValue(m.getName(), m.getValue());
  }

  static Command read(InjectedPseudoGtid m) {
    return new Command.InjectedPseudoGtid(m.getClusterName());
  }

  static Command read(PauseRecoveries m) {
    return new Command.PauseRecoveries(
        m.getClusterId(), m.getOwner(), m.getReason(), m.getDurationSeconds());
  }

  static Command read(ExpireNotes m) {
    return new Command.ExpireNotes(
        m.getCandidateSeconds(), m.getUnresolveSeconds(), m.getPoolSeconds());
  }
}
