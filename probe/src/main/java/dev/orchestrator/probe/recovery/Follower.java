package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.store.model.InstanceKey;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A replica that will follow a designated primary, as a ledger keeps it. Immutable.
 *
 * @param acks it will acknowledge transactions
 */
record Follower(InstanceKey key, String uuid, boolean acks) {
  static Follower of(ServerReading replica, DurabilityPolicy policy) {
    return new Follower(replica.key(), replica.uuid(), acknowledges(replica, policy));
  }

  /** A delayed replica is no acker (rule D6). */
  static boolean acknowledges(ServerReading replica, DurabilityPolicy policy) {
    boolean delayed = replica.channel().map(ServerReading.Channel::delayed).orElse(false);
    return policy.semiSync() && replica.semiSync().replicaSide() && !delayed;
  }

  Target target() {
    return new Target(key, uuid);
  }

  static String text(List<Follower> followers) {
    return followers.stream()
        .map(follower -> follower.key + " " + follower.uuid + " " + follower.acks)
        .collect(Collectors.joining(","));
  }

  static List<Follower> parse(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    return Arrays.stream(text.split(",", -1))
        .map(part -> part.split(" ", -1))
        .map(
            words ->
                new Follower(
                    InstanceKey.parse(words[0], 0), words[1], Boolean.parseBoolean(words[2])))
        .toList();
  }
}
