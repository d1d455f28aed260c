package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.ClusterRecord;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Every server that may follow a dead primary by now, whatever the last visits saw: visits are up
 * to a poll interval old, and a replica may have joined, or joined again, since. Pure, immutable.
 *
 * @param dead address of the dead primary
 * @param deadUuid its server uuid
 * @param entries who is to be asked, by address
 */
record Roster(InstanceKey dead, String deadUuid, SortedMap<InstanceKey, Entry> entries) {
  private static final int MAX_HISTORY = 1_000;

  /**
   * A server unseen for so long while the primary was still seen had been away before its death.
   */
  static final Duration AWAY = Duration.ofMinutes(5);

  Roster {
    entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
  }

  /** Why a server is asked; the first that applies. */
  enum Tie {
    /** The last visit saw it follow the dead primary. */
    FOLLOWED,
    /** The dead primary named it among its replicas. */
    NAMED,
    /** It belongs, or belonged, to the cluster. */
    MEMBER,
    /** It stands alone and belongs to nobody: it may have just joined. */
    STRAY
  }

  /**
   * One server to be asked.
   *
   * @param known what visits know of it, a bare name at least
   * @param away it had been away before the primary died, so it cannot have joined since
   */
  record Entry(Instance known, Tie tie, boolean away) {
    InstanceKey key() {
      return known.key();
    }

    String uuid() {
      return known.server().uuid();
    }

    /** Whether it may hold an acknowledged transaction that nobody else holds, if it is unread. */
    boolean mayHaveAcknowledged() {
      boolean acked = tie == Tie.FOLLOWED && known.semiSync().replicaEnabled();
      return acked || (!away && (tie == Tie.FOLLOWED || tie == Tie.MEMBER));
    }
  }

  /**
   * The roster of a recovery, from all that the database holds.
   *
   * @param listed replicas that the recovery's subject names
   */
  static Roster of(Database database, Recovery.Subject subject, Collection<InstanceKey> listed) {
    return of(
        database.instances().all(),
        database.clusters().all(),
        database.recoveries().newest(false, 0, MAX_HISTORY),
        subject,
        listed);
  }

  static Roster of(
      Collection<Instance> fleet,
      Collection<ClusterRecord> records,
      Collection<Recovery> history,
      Recovery.Subject subject,
      Collection<InstanceKey> listed) {
    InstanceKey dead = subject.failedKey();
    String deadUuid = subject.failedUuid();
    Instance primary =
        fleet.stream()
            .filter(instance -> instance.key().equals(dead))
            .findFirst()
            .orElseGet(() -> Instance.known(dead));
    Set<InstanceKey> former = former(history, subject.clusterId());
    Instant since = promotedAt(history, subject);
    Set<InstanceKey> sources = new HashSet<>();
    fleet.forEach(instance -> sources.add(instance.replication().source()));
    Set<String> primaries = new HashSet<>();
    records.stream()
        .filter(record -> !record.clusterId().equals(subject.clusterId()))
        .forEach(record -> primaries.add(record.primaryUuid()));

    SortedMap<InstanceKey, Entry> entries = new TreeMap<>();
    for (Instance instance : fleet) {
      String uuid = instance.server().uuid();
      boolean itself = instance.key().equals(dead) || (!uuid.isEmpty() && uuid.equals(deadUuid));
      if (itself || primaries.contains(uuid)) {
        continue;
      }
      @Nullable Tie tie = null;
      if (listed.contains(instance.key()) || followed(instance, dead, deadUuid)) {
        tie = Tie.FOLLOWED;
      } else if (member(instance, primary, subject) || former.contains(instance.key())) {
        tie = Tie.MEMBER;
      } else if (primary.replicas().contains(instance.key())) {
        tie = Tie.NAMED;
      } else if (!instance.replication().configured() && !sources.contains(instance.key())) {
        tie = Tie.STRAY;
      }
      if (tie != null) {
        entries.put(instance.key(), new Entry(instance, tie, away(instance, primary, since)));
      }
    }
    listed.forEach(
        key -> entries.putIfAbsent(key, new Entry(Instance.known(key), Tie.FOLLOWED, false)));
    primary.replicas().stream()
        .filter(key -> !key.equals(dead))
        .forEach(key -> entries.putIfAbsent(key, new Entry(Instance.known(key), Tie.NAMED, false)));
    return new Roster(dead, deadUuid, entries);
  }

  private static boolean followed(Instance instance, InstanceKey dead, String deadUuid) {
    return instance.replication().configured()
        && (instance.replication().source().equals(dead)
            || (!deadUuid.isEmpty() && instance.replication().sourceUuid().equals(deadUuid)));
  }

  private static boolean member(Instance instance, Instance primary, Recovery.Subject subject) {
    String name = instance.placement().clusterName();
    return !name.isEmpty()
        && (name.equals(subject.clusterName()) || name.equals(primary.placement().clusterName()));
  }

  /** Servers that earlier recoveries of the cluster were about; returns and fences included. */
  private static Set<InstanceKey> former(Collection<Recovery> history, String clusterId) {
    Set<InstanceKey> keys = new HashSet<>();
    for (Recovery past : history) {
      if (past.subject().clusterId().endsWith(clusterId)) {
        keys.add(past.subject().failedKey());
        keys.addAll(past.subject().replicas());
        past.ending().flatMap(Recovery.Ending::successor).ifPresent(keys::add);
      }
    }
    return keys;
  }

  /** When the dead primary was made one; the epoch if that is not on record. */
  private static Instant promotedAt(Collection<Recovery> history, Recovery.Subject subject) {
    Instant newest = Instant.EPOCH;
    for (Recovery past : history) {
      Instant end =
          past.ending()
              .filter(ending -> ending.successorUuid().equals(subject.failedUuid()))
              .map(Recovery.Ending::endedAt)
              .orElse(Instant.EPOCH);
      newest = end.isAfter(newest) ? end : newest;
    }
    return newest;
  }

  /** Not seen since the primary was made one, or for long while the primary itself was seen. */
  private static boolean away(Instance instance, Instance primary, Instant since) {
    Instant seen = instance.check().seenAt();
    boolean visited = !instance.check().checkedAt().equals(Instant.EPOCH);
    return visited && (seen.isBefore(since) || seen.plus(AWAY).isBefore(primary.check().seenAt()));
  }

  /**
   * The subject with the locks of all who belong to the cluster, but of those that another recovery
   * works on: these must not keep a recovery from starting, and are not touched by it.
   */
  static Recovery.Subject lockingAll(Database database, Recovery.Subject subject) {
    Set<String> locked = new LinkedHashSet<>(subject.lockedUuids());
    for (Entry entry : of(database, subject, subject.replicas()).entries().values()) {
      String uuid = entry.uuid();
      boolean ours = entry.tie() != Tie.STRAY && !uuid.isEmpty();
      if (ours && database.locks().holderOfServer(uuid).isEmpty()) {
        locked.add(uuid);
      }
    }
    return new Recovery.Subject(
        subject.kind(),
        subject.clusterId(),
        subject.clusterName(),
        subject.clusterAlias(),
        subject.failedKey(),
        subject.failedUuid(),
        subject.analysis(),
        subject.description(),
        subject.replicas(),
        List.copyOf(locked),
        subject.detectionId(),
        subject.command());
  }

  /** Whether this server follows the dead primary. */
  boolean followedBy(ServerReading reading) {
    return reading
        .channel()
        .map(
            channel ->
                channel.source().equals(dead)
                    || (!deadUuid.isEmpty() && channel.sourceUuid().equals(deadUuid)))
        .orElse(false);
  }
}
