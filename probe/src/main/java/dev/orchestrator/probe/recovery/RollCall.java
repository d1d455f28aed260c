package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Plan.Target;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.RecoveryStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * What came of asking everyone on a {@link Roster}, before a plan is made. Nobody who belongs to
 * the cluster is left out silently: who follows the dead primary is stopped and read; who cannot be
 * asked may have acknowledged (rule D3) and is lost; who follows nobody, or somebody else by now,
 * is looked at again once the receivers stand still. Immutable.
 *
 * @param receivers who follows the dead primary, or did so when last visited
 * @param unread who could not be asked, with the reason
 * @param aloof members that do not follow the dead primary: value is whether they follow nobody
 * @param ackers uuids, or addresses in place of unknown ones, of servers that may have acknowledged
 *     and that the last visits did not count
 * @param doubtful receivers that count as such, too, if they cannot be read after all
 */
record RollCall(
    List<Target> receivers,
    SortedMap<InstanceKey, String> unread,
    SortedMap<InstanceKey, Boolean> aloof,
    SortedSet<String> ackers,
    SortedMap<InstanceKey, String> doubtful) {

  /** Who has not answered by then counts as unread; those who followed are asked again anyhow. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Arguments of {@link StepKind#STOP_RECEIVER}: what a later leader must know of the call. */
  private static final String UNREAD = "unread";

  private static final String ALOOF = "aloof";
  private static final String DOUBTFUL = "doubtful";

  RollCall {
    receivers = List.copyOf(receivers);
    unread = Collections.unmodifiableSortedMap(new TreeMap<>(unread));
    aloof = Collections.unmodifiableSortedMap(new TreeMap<>(aloof));
    ackers = Collections.unmodifiableSortedSet(new TreeSet<>(ackers));
    doubtful = Collections.unmodifiableSortedMap(new TreeMap<>(doubtful));
  }

  /**
   * Asks everyone whose present state is not found out by stopping its receiver anyhow.
   *
   * @param foreignHolder another recovery that has locked this server uuid
   */
  static RollCall make(
      Roster roster, Sessions sessions, Function<String, Optional<String>> foreignHolder)
      throws InterruptedException {
    SortedMap<InstanceKey, ServerReading> read = new TreeMap<>();
    SortedMap<InstanceKey, String> failed = new TreeMap<>();
    Map<InstanceKey, Future<ServerReading>> answers = new TreeMap<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    ExecutorService askers =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("roll call ", 0).factory());
    try {
      for (Roster.Entry entry : roster.entries().values()) {
        if (!stopsAnyhow(entry)) {
          answers.put(entry.key(), askers.submit(() -> sessions.read(entry.key())));
        }
      }
      for (Map.Entry<InstanceKey, Future<ServerReading>> answer : answers.entrySet()) {
        long left = Math.max(0, deadline - System.nanoTime());
        try {
          read.put(answer.getKey(), answer.getValue().get(left, TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
          failed.put(answer.getKey(), "does not answer within " + PATIENCE.toSeconds() + " s");
        } catch (ExecutionException e) {
          Throwable cause = e.getCause() == null ? e : e.getCause();
          failed.put(answer.getKey(), "cannot be read: " + cause.getMessage());
        }
      }
    } finally {
      askers.shutdownNow();
    }
    return judge(roster, read, failed, foreignHolder);
  }

  private static boolean stopsAnyhow(Roster.Entry entry) {
    return entry.tie() == Roster.Tie.FOLLOWED && !entry.uuid().isEmpty();
  }

  /** As {@link #make}, from answers. Pure but for the question about locks. */
  static RollCall judge(
      Roster roster,
      Map<InstanceKey, ServerReading> read,
      Map<InstanceKey, String> failed,
      Function<String, Optional<String>> foreignHolder) {
    List<Target> receivers = new ArrayList<>();
    SortedMap<InstanceKey, String> unread = new TreeMap<>();
    SortedMap<InstanceKey, Boolean> aloof = new TreeMap<>();
    SortedSet<String> ackers = new TreeSet<>();
    SortedMap<InstanceKey, String> doubtful = new TreeMap<>();
    SortedSet<String> known = new TreeSet<>();
    for (Roster.Entry entry : roster.entries().values()) {
      if (stopsAnyhow(entry)) {
        known.add(entry.uuid());
        receivers.add(new Target(entry.key(), entry.uuid()));
        if (entry.mayHaveAcknowledged()) {
          doubtful.put(entry.key(), entry.uuid());
        }
      }
    }
    long names =
        roster.entries().values().stream().filter(e -> e.tie() == Roster.Tie.NAMED).count();
    for (Roster.Entry entry : roster.entries().values()) {
      InstanceKey key = entry.key();
      ServerReading reading = read.get(key);
      if (stopsAnyhow(entry)) {
        continue;
      }
      if (reading == null) {
        String why = failed.getOrDefault(key, "was not asked");
        if (entry.mayHaveAcknowledged()) {
          ackers.add(entry.uuid().isEmpty() ? key.toString() : entry.uuid());
        }
        // A name that leads nowhere is most likely another name of a replica that is known.
        boolean alias = entry.tie() == Roster.Tie.NAMED && names <= known.size();
        if (entry.tie() != Roster.Tie.STRAY && !alias) {
          unread.put(key, why);
        }
        continue;
      }
      boolean follows = roster.followedBy(reading);
      boolean otherName =
          reading.uuid().isEmpty()
              || reading.uuid().equals(roster.deadUuid())
              || known.contains(reading.uuid());
      if (otherName || (!follows && entry.tie() == Roster.Tie.STRAY)) {
        continue;
      }
      known.add(reading.uuid());
      Optional<String> holder = foreignHolder.apply(reading.uuid());
      if (!follows) {
        aloof.put(key, reading.channel().isEmpty());
      } else if (holder.isPresent()) {
        unread.put(key, "recovery " + holder.get() + " works on it");
        ackers.add(reading.uuid());
      } else {
        receivers.add(new Target(key, reading.uuid()));
        if (reading.semiSync().replicaEnabled()) {
          ackers.add(reading.uuid());
        }
      }
    }
    return new RollCall(receivers, unread, aloof, ackers, doubtful);
  }

  /** As arguments of a step. */
  Map<String, String> arguments() {
    Map<String, String> arguments = new TreeMap<>();
    arguments.put(UNREAD, text(unread));
    arguments.put(ALOOF, text(aloof));
    arguments.put(DOUBTFUL, text(doubtful));
    return arguments;
  }

  /** Reads back what a step's arguments say of a call; the rest of it is in the steps. */
  static RollCall of(Collection<RecoveryStep> steps) {
    Map<String, String> arguments =
        steps.stream().findFirst().map(RecoveryStep::arguments).orElse(Map.of());
    SortedMap<InstanceKey, Boolean> aloof = new TreeMap<>();
    parse(arguments.getOrDefault(ALOOF, ""))
        .forEach((key, alone) -> aloof.put(key, Boolean.parseBoolean(alone)));
    return new RollCall(
        List.of(),
        parse(arguments.getOrDefault(UNREAD, "")),
        aloof,
        new TreeSet<>(),
        parse(arguments.getOrDefault(DOUBTFUL, "")));
  }

  private static String text(Map<InstanceKey, ?> values) {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (key, value) ->
            text.append(key).append(' ').append(value.toString().replace('\n', ' ')).append('\n'));
    return text.toString();
  }

  private static SortedMap<InstanceKey, String> parse(String text) {
    SortedMap<InstanceKey, String> values = new TreeMap<>();
    text.lines()
        .forEach(
            line -> {
              int end = line.indexOf(' ');
              values.put(InstanceKey.parse(line.substring(0, end), 0), line.substring(end + 1));
            });
    return values;
  }
}
