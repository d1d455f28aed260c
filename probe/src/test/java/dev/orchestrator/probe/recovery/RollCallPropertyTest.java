package dev.orchestrator.probe.recovery;

import static dev.orchestrator.probe.recovery.Readings.DEAD;
import static dev.orchestrator.probe.recovery.Readings.DEAD_UUID;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Gathering.Place;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Placement;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.ReplicaThreadState;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Visits are old: replicas have joined, left and died since. Whatever they missed, an acknowledged
 * transaction is never given up silently.
 */
class RollCallPropertyTest {
  private static final int LAST = 6;
  private static final int ACKNOWLEDGED = 5;

  /** What was, against what visits saw of it. */
  private record World(
      List<Instance> fleet,
      Recovery.Subject subject,
      Map<InstanceKey, ServerReading> readable,
      Set<Integer> followers,
      int acks) {

    static World of(long seed) {
      Random random = new Random(seed);
      List<Integer> followers = new ArrayList<>();
      Set<Integer> seenFollowing = new TreeSet<>();
      for (int n = 2; n <= LAST; n++) {
        boolean seen = random.nextBoolean();
        if (seen) {
          seenFollowing.add(n);
        }
        boolean moved = random.nextInt(3) == 0;
        if (seen != moved) {
          followers.add(n);
        }
      }
      int acks = 1 + random.nextInt(2);
      java.util.Collections.shuffle(followers, random);
      Set<Integer> holders = new HashSet<>(followers.subList(0, Math.min(acks, followers.size())));
      Map<InstanceKey, ServerReading> readable = new HashMap<>();
      for (int n = 2; n <= LAST; n++) {
        if (random.nextInt(4) > 0) {
          int received = holders.contains(n) ? ACKNOWLEDGED : ACKNOWLEDGED - 1;
          ServerReading reading =
              acking(Readings.replica(n, 1).received(received).read().reading());
          readable.put(Readings.key(n), followers.contains(n) ? reading : alone(reading, n));
        }
      }
      List<Instance> fleet = new ArrayList<>();
      fleet.add(known(1, false, seenFollowing.size(), acks));
      for (int n = 2; n <= LAST; n++) {
        fleet.add(known(n, seenFollowing.contains(n), 0, 0));
      }
      return new World(
          fleet,
          about(seenFollowing.stream().map(Readings::key).toList()),
          readable,
          new TreeSet<>(followers),
          acks);
    }

    RollCall call() {
      Map<InstanceKey, String> failed = new TreeMap<>();
      fleet.forEach(
          instance -> {
            if (!readable.containsKey(instance.key())) {
              failed.put(instance.key(), "refused");
            }
          });
      Roster roster = Roster.of(fleet, List.of(), List.of(), subject, subject.replicas());
      return RollCall.judge(roster, readable, failed, _ -> Optional.empty());
    }
  }

  @Property(tries = 3000)
  void whoFollowsTheDeadPrimaryIsStoppedWhateverVisitsSaw(@ForAll long seed) {
    World world = World.of(seed);
    RollCall call = world.call();
    List<InstanceKey> stopped = call.receivers().stream().map(Target::key).toList();
    for (int n : world.followers()) {
      if (world.readable().containsKey(Readings.key(n))) {
        assertThat(stopped).contains(Readings.key(n));
      }
    }
    assertThat(stopped).doesNotHaveDuplicates();
  }

  @Property(tries = 3000)
  void everyMemberIsStoppedOrUnreadOrLookedAtAgain(@ForAll long seed) {
    RollCall call = World.of(seed).call();
    Set<InstanceKey> told = new HashSet<>(call.unread().keySet());
    told.addAll(call.aloof().keySet());
    call.receivers().forEach(target -> told.add(target.key()));
    for (int n = 2; n <= LAST; n++) {
      assertThat(told).contains(Readings.key(n));
    }
  }

  @Property(tries = 5000)
  void noPromotionWithoutTheAcknowledgedTransaction(@ForAll long seed) {
    World world = World.of(seed);
    if (world.followers().size() < world.acks()) {
      return; // nothing was ever acknowledged
    }
    RollCall call = world.call();
    List<Replica> replicas = new ArrayList<>();
    Map<InstanceKey, String> unread = new TreeMap<>(call.unread());
    Set<String> more = new TreeSet<>(call.ackers());
    for (Target target : call.receivers()) {
      ServerReading reading = world.readable().get(target.key());
      if (reading != null && reading.channel().isPresent()) {
        replicas.add(new Replica(reading, Place.UNKNOWN));
      } else {
        unread.put(target.key(), "refused");
        Optional.ofNullable(call.doubtful().get(target.key())).ifPresent(more::add);
      }
    }
    List<Instance> listed =
        world.fleet().stream()
            .filter(instance -> world.subject().replicas().contains(instance.key()))
            .toList();
    DurabilityPolicy policy =
        DurabilityPolicy.of(world.fleet().getFirst(), listed, java.time.Instant.EPOCH)
            .withAckers(more);
    Choice choice =
        CandidateSelector.choose(
            Gathering.of(DEAD, Place.UNKNOWN, Set.of(DEAD_UUID), replicas, unread, policy));
    if (choice instanceof Promote promote) {
      assertThat(promote.winner().received())
          .as(choice.lines() + " by " + policy)
          .hasToString(DEAD_UUID + ":1-" + ACKNOWLEDGED);
    }
  }

  private static ServerReading acking(ServerReading reading) {
    ServerReading.SemiSync off = reading.semiSync();
    return with(
        reading,
        reading.channel(),
        new ServerReading.SemiSync(
            off.words(),
            true,
            true,
            false,
            true,
            off.waitForReplicas(),
            off.waitPoint(),
            off.timeoutMillis()));
  }

  private static ServerReading alone(ServerReading reading, int n) {
    return with(
        Readings.replica(n, 1).read().reading(), Optional.empty(), acking(reading).semiSync());
  }

  private static ServerReading with(
      ServerReading reading,
      Optional<ServerReading.Channel> channel,
      ServerReading.SemiSync semiSync) {
    return new ServerReading(
        reading.key(),
        reading.uuid(),
        reading.version(),
        reading.readOnly(),
        reading.superReadOnly(),
        reading.logBin(),
        reading.logReplicaUpdates(),
        reading.gtidMode(),
        reading.executed(),
        reading.purged(),
        channel,
        channel.isPresent() ? 1 : 0,
        semiSync);
  }

  private static Instance known(int n, boolean follows, int clients, int acks) {
    SemiSyncFacts semiSync =
        new SemiSyncFacts(
            true, n == 1, n != 1, n == 1, false, Long.MAX_VALUE, acks, clients, "AFTER_SYNC", 0);
    Instance server = DurabilityPolicyTest.server(n, semiSync);
    ReplicationFacts none = ReplicationFacts.NONE;
    ReplicationFacts replication =
        !follows
            ? none
            : new ReplicationFacts(
                DEAD,
                DEAD_UUID,
                ReplicaThreadState.RUNNING,
                ReplicaThreadState.RUNNING,
                none.read(),
                none.executed(),
                none.relay(),
                "",
                "",
                "",
                none.secondsBehindSource(),
                none.lagSeconds(),
                0,
                true,
                "repl",
                true,
                false,
                false);
    return new Instance(
        server.key(),
        server.server(),
        replication,
        server.semiSync(),
        List.of(),
        Placement.inCluster("c1"),
        server.check());
  }

  private static Recovery.Subject about(List<InstanceKey> replicas) {
    return new Recovery.Subject(
        DeadPrimaryPlaybook.KIND,
        "id1",
        "c1",
        "",
        DEAD,
        DEAD_UUID,
        "",
        "",
        replicas,
        List.of(),
        0,
        "");
  }
}
