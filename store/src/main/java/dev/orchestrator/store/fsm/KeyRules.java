package dev.orchestrator.store.fsm;

import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.sql.Tables;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Texts that become keys must mean the same on every backend: MySQL bounds their length and takes
 * {@code "a "} for {@code "a"}. So a command with such a text is refused by all nodes alike,
 * whatever their backend. Stateless.
 */
final class KeyRules {
  private KeyRules() {}

  /** Why the command cannot be applied, if so. */
  static Optional<String> whyNot(Command command) {
    return keys(command).map(KeyRules::whyNot).flatMap(Optional::stream).findFirst();
  }

  private static Optional<String> whyNot(String key) {
    if (key.length() > Tables.MAX_KEY_LENGTH) {
      return Optional.of(
          "'"
              + key.substring(0, 20)
              + "...' is longer than "
              + Tables.MAX_KEY_LENGTH
              + " characters");
    }
    return key.endsWith(" ") ? Optional.of("'" + key + "' ends with a space") : Optional.empty();
  }

  private static Stream<String> keys(Command command) {
    return switch (command) {
      case Command.Discover c -> host(c.key());
      case Command.Forget c -> host(c.key());
      case Command.BeginDowntime c -> host(c.downtime().key());
      case Command.EndDowntime c -> host(c.key());
      case Command.EndLostDowntime c -> host(c.key());
      case Command.AcknowledgeRecoveries c -> c.uid().stream();
      case Command.RegisterCluster c -> Stream.of(c.clusterId(), c.primaryUuid());
      case Command.DesignatePrimary c -> Stream.of(c.recoveryUid(), c.clusterId(), c.primaryUuid());
      case Command.RegisterDetection c -> host(c.key());
      case Command.StartRecovery c ->
          Stream.concat(
              Stream.of(c.uid(), c.subject().clusterId(), c.subject().failedKey().host()),
              c.subject().lockedUuids().stream());
      case Command.PlanSteps c -> Stream.of(c.uid());
      case Command.TakeOverRecovery c -> Stream.of(c.uid());
      case Command.StepIntended c -> Stream.of(c.uid());
      case Command.StepEnded c -> Stream.of(c.uid());
      case Command.EndRecovery c -> Stream.of(c.uid());
      case Command.Note note -> keys(note);
      case Command.ReportState c -> Stream.of(c.report().member());
      case Command.AnnounceLeader _,
          Command.SetGlobalRecoveries _,
          Command.Expire _,
          Command.CheckState _,
          Command.RaiseFormat _ ->
          Stream.empty();
    };
  }

  private static Stream<String> keys(Command.Note note) {
    return switch (note) {
      case Command.ForgetCluster c -> c.members().stream().map(InstanceKey::host);
      case Command.PutTag c -> Stream.of(c.tag().key().host(), c.tag().name());
      case Command.DeleteTags c -> Stream.of(c.tag());
      case Command.RegisterCandidate c -> host(c.key());
      case Command.RegisterUnresolve c -> host(c.key());
      case Command.SubmitPool c ->
          Stream.concat(Stream.of(c.pool()), c.members().stream().map(InstanceKey::host));
      case Command.BeginMaintenance c -> host(c.key());
      case Command.EndMaintenance c -> c.key().map(InstanceKey::host).stream();
      case Command.SetClusterAlias c -> Stream.of(c.clusterName());
      case Command.InjectedPseudoGtid c -> Stream.of(c.clusterName());
      case Command.PutKeyValue c -> Stream.of(c.key());
      case Command.PauseRecoveries c -> Stream.of("pause." + c.clusterId());
      case Command.ExpireNotes _ -> Stream.empty();
    };
  }

  private static Stream<String> host(InstanceKey key) {
    return Stream.of(key.host());
  }
}
