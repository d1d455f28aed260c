package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.recovery.ServerReading.SemiSync;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.RecoveryStep;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Servers in memory on which steps have their effects; whether a step may be taken and whether it
 * holds is asked of the real actions. Confined to the test's thread.
 */
final class ModelFleet {
  private final Map<InstanceKey, ServerReading> servers = new TreeMap<>();

  ModelFleet(Gathering gathering) {
    gathering.replicas().forEach(replica -> servers.put(replica.key(), replica.reading()));
  }

  ModelFleet(List<ServerReading> readings) {
    readings.forEach(reading -> servers.put(reading.key(), reading));
  }

  List<InstanceKey> writable() {
    return servers.values().stream()
        .filter(ServerReading::writable)
        .map(ServerReading::key)
        .toList();
  }

  /** Takes a step, as often as one likes. */
  void run(RecoveryStep step) {
    StepKind kind = StepKind.valueOf(step.kind());
    ServerReading server = servers.get(step.target());
    Optional<ServerAction> action = ServerAction.of(kind);
    if (action.isEmpty() || server == null) {
      return;
    }
    if (server.channel().isEmpty() && step.arguments().containsKey(RecoveryPlanner.DONOR)) {
      return; // what was passed on counts no more once it follows nobody
    }
    assertThat(action.get().obstacle(server, step)).as(step.toString()).isEmpty();
    if (!action.get().provenByAnswer() && !action.get().holds(server, step)) {
      ServerReading after = after(kind, server, step);
      assertThat(action.get().holds(after, step)).as(step + " leaves " + after).isTrue();
      servers.put(step.target(), after);
    }
  }

  private static ServerReading after(StepKind kind, ServerReading server, RecoveryStep step) {
    return switch (kind) {
      case WAIT_APPLIED, CATCH_UP -> executed(server);
      case FETCH -> server.receiving(ServerAction.transactions(step));
      case RESET_REPLICATION ->
          with(server, Optional.empty(), server.semiSync(), server.readOnly());
      case SET_WRITABLE -> with(server, server.channel(), server.semiSync(), false);
      case REVOKE_PROMOTION -> with(server, server.channel(), server.semiSync(), true);
      case RESTORE_WRITES -> with(server, Optional.empty(), server.semiSync(), false);
      case ATTACH ->
          with(
              server,
              Optional.of(
                  new Channel(
                      ServerAction.source(step),
                      "",
                      true,
                      false,
                      false,
                      GtidSet.EMPTY,
                      0,
                      true,
                      "",
                      "")),
              server.semiSync(),
              server.readOnly());
      case BECOME_REPLICA -> {
        SemiSync old = server.semiSync();
        SemiSync acknowledging =
            new SemiSync(
                old.words(),
                old.sourceSide(),
                old.replicaSide(),
                false,
                true,
                old.waitForReplicas(),
                old.waitPoint(),
                old.timeoutMillis());
        yield with(server, server.channel(), acknowledging, server.readOnly());
      }
      case SET_SEMI_SYNC -> {
        DurabilityPolicy policy = DurabilityPolicy.of(step.arguments());
        SemiSync old = server.semiSync();
        SemiSync promise =
            new SemiSync(
                old.words(),
                true,
                old.replicaSide(),
                true,
                old.replicaEnabled(),
                policy.acks(),
                policy.waitPoint(),
                policy.timeoutMillis());
        yield with(server, server.channel(), promise, server.readOnly());
      }
      case REPOINT -> {
        SemiSync old = server.semiSync();
        SemiSync acks =
            new SemiSync(
                old.words(),
                old.sourceSide(),
                old.replicaSide(),
                old.sourceEnabled(),
                true,
                old.waitForReplicas(),
                old.waitPoint(),
                old.timeoutMillis());
        yield with(server, channel(server, step, false), acks, server.readOnly());
      }
      case STOP_REPLICATION -> {
        Channel old = server.channel().orElseThrow();
        Channel stopped =
            new Channel(
                old.source(),
                old.sourceUuid(),
                true,
                false,
                false,
                old.retrieved(),
                old.delaySeconds(),
                old.autoPosition(),
                "",
                "");
        yield with(server, Optional.of(stopped), server.semiSync(), server.readOnly());
      }
      case DETACH -> {
        Channel old = server.channel().orElseThrow();
        InstanceKey nowhere = new InstanceKey("//" + old.source().host(), old.source().port());
        Channel detached =
            new Channel(
                nowhere,
                "",
                true,
                false,
                false,
                old.retrieved(),
                old.delaySeconds(),
                old.autoPosition(),
                "",
                "");
        yield with(server, Optional.of(detached), server.semiSync(), server.readOnly());
      }
      case START_REPLICATION ->
          with(server, channel(server, step, true), server.semiSync(), server.readOnly());
      default -> server;
    };
  }

  private static Optional<Channel> channel(
      ServerReading server, RecoveryStep step, boolean running) {
    Channel old = server.channel().orElseThrow();
    return Optional.of(
        new Channel(
            ServerAction.source(step),
            ServerAction.argument(step, RecoveryPlanner.SOURCE_UUID),
            !running,
            running,
            running,
            old.retrieved(),
            old.delaySeconds(),
            true,
            "",
            ""));
  }

  private static ServerReading executed(ServerReading server) {
    return new ServerReading(
        server.key(),
        server.uuid(),
        server.version(),
        server.readOnly(),
        server.superReadOnly(),
        server.logBin(),
        server.logReplicaUpdates(),
        server.gtidMode(),
        server.received(),
        server.purged(),
        server.channel(),
        server.channels(),
        server.semiSync());
  }

  private static ServerReading with(
      ServerReading server, Optional<Channel> channel, SemiSync semiSync, boolean readOnly) {
    return new ServerReading(
        server.key(),
        server.uuid(),
        server.version(),
        readOnly,
        readOnly,
        server.logBin(),
        server.logReplicaUpdates(),
        server.gtidMode(),
        server.executed(),
        server.purged(),
        channel,
        server.channels(),
        semiSync);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelFleet fleet && servers.equals(fleet.servers);
  }

  @Override
  public int hashCode() {
    return servers.hashCode();
  }

  @Override
  public String toString() {
    return servers.toString();
  }
}
