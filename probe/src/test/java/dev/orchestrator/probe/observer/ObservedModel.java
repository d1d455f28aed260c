package dev.orchestrator.probe.observer;

import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A primary, its replicas and the members that watch them, in steps of 25 ms, all drawn from one
 * seed: who reaches whom, how slow, how often notes are lost, and what becomes of the primary. The
 * first member leads and does what detection does: it acts when its own judgement has lasted and
 * {@link Agreement} says yes. Confined to one thread.
 */
final class ObservedModel {
  static final int STEP_MILLIS = 25;
  static final int REACTION_MILLIS = 500;
  static final int MIN_FAILED_VISITS = 3;
  private static final int TIMEOUT_MILLIS = 1_000;
  private static final int POLL_MILLIS = 5_000;
  private static final int BURST_MILLIS = 100;
  private static final InstanceKey PRIMARY = new InstanceKey("p", 3306);
  private static final AgreementPolicy POLICY =
      new AgreementPolicy(
          AgreementPolicy.Rule.MAJORITY, Duration.ofSeconds(5), AgreementPolicy.ONE_DATA_CENTER);

  /** What happens to the primary at the moment of trouble. */
  enum Fate {
    DIES,
    /** Nothing: only links are cut. */
    LIVES,
    /** It is back before the reaction time is over. */
    RESTARTS,
    /** It answers everybody that it has no room for more sessions. */
    FULL,
    /** It answers slowly, but within the timeout. */
    SLOW
  }

  private final Random random;
  private final Fate fate;
  private final List<Member> members = new ArrayList<>();
  private final int troubleAt;
  private final int backAt;
  private final Set<Integer> replicasCut = new TreeSet<>();
  private final int replicas;
  private final boolean silentThird;

  ObservedModel(long seed, Fate fate, boolean linksCut) {
    this.random = new Random(seed);
    this.fate = fate;
    this.replicas = 1 + random.nextInt(4);
    int voters = random.nextInt(4) == 0 ? 5 : 3;
    this.troubleAt = 6_000 + random.nextInt(5_000) / STEP_MILLIS * STEP_MILLIS;
    this.backAt = troubleAt + random.nextInt(REACTION_MILLIS - 150);
    this.silentThird = linksCut && random.nextInt(4) == 0;
    for (int i = 0; i < voters; i++) {
      members.add(new Member("n" + (i + 1), random.nextInt(POLL_MILLIS), random.nextInt(40)));
    }
    if (linksCut) {
      cutLinks(voters);
    }
  }

  /** The leader and some more lose the primary; all but one at most, who is heard. */
  private void cutLinks(int voters) {
    int spared = 1 + random.nextInt(voters - 1);
    for (int i = 0; i < voters; i++) {
      members.get(i).cutFromPrimary = i != spared && (i == 0 || random.nextBoolean());
    }
    boolean allReplicas = random.nextBoolean();
    for (int i = 0; i < replicas; i++) {
      if (allReplicas || random.nextBoolean()) {
        replicasCut.add(i);
      }
    }
    int maybeBlind = 1 + random.nextInt(voters - 1);
    if (maybeBlind != spared && random.nextInt(3) == 0) {
      members.get(maybeBlind).blind = true;
    }
  }

  private boolean down(int now) {
    return switch (fate) {
      case DIES -> now >= troubleAt;
      case RESTARTS -> now >= troubleAt && now < backAt;
      case LIVES, FULL, SLOW -> false;
    };
  }

  /** Whether a replica holds a connection to the primary. */
  private boolean connected(int replica, int now) {
    boolean cut = replicasCut.contains(replica) && now >= troubleAt;
    // Receivers of a primary that restarts come back when their retry is due, later than it.
    boolean waits = fate == Fate.RESTARTS && now >= troubleAt;
    return !cut && !waits && !down(now);
  }

  /** Runs for the time given; says when the leader would have acted, in milliseconds after. */
  OptionalLong actedAfter(int millis) {
    for (int now = 0; now < troubleAt + millis; now += STEP_MILLIS) {
      for (Member member : members) {
        member.step(now);
      }
      for (Member member : members) {
        member.tell(now);
      }
      if (members.getFirst().acts(now)) {
        return OptionalLong.of(now - troubleAt);
      }
    }
    return OptionalLong.empty();
  }

  /** A note on its way. */
  private record Underway(int arrives, String from, Report report) {}

  private final class Member {
    private final String name;
    private final int latency;
    private final Deque<Underway> inbox = new ArrayDeque<>();
    private final Map<String, Report> newest = new HashMap<>();
    private final Map<String, Integer> newestAt = new HashMap<>();
    private boolean cutFromPrimary;
    private boolean blind;
    private int nextVisit;
    private int begun = -1;
    private int endsAt = -1;
    private boolean good;
    private String cause = "";
    private int goodStart = -1;
    private int failures;
    private int failingSince = -1;
    private int replicasSeenAt = -1;
    private boolean anyConnected = true;
    private int askedUntil = -1;
    private int nextNote;
    private int judgedSince = -1;
    private int failuresBefore;

    Member(String name, int firstVisit, int latency) {
      this.name = name;
      this.nextVisit = firstVisit / STEP_MILLIS * STEP_MILLIS;
      this.latency = latency;
    }

    void step(int now) {
      while (!inbox.isEmpty() && inbox.peekFirst().arrives() <= now) {
        Underway note = inbox.removeFirst();
        newest.put(note.from(), note.report());
        newestAt.put(note.from(), note.arrives());
        if (!note.report().asked().isEmpty()) {
          askedUntil = now + 10_000;
          nextVisit = Math.min(nextVisit, now);
        }
      }
      boolean cut = (cutFromPrimary || blind) && now >= troubleAt;
      if (begun < 0 && (now >= nextVisit || (now == troubleAt && !cut && down(now)))) {
        begin(now, cut);
      }
      if (begun >= 0 && now >= endsAt) {
        end(now);
      }
    }

    private void begin(int now, boolean cut) {
      begun = now;
      boolean refused = down(now);
      boolean full = fate == Fate.FULL && now >= troubleAt;
      boolean slow = fate == Fate.SLOW && now >= troubleAt;
      good = !cut && !refused && !full;
      cause = cut ? "TIMED_OUT" : full ? "TOO_MANY_CONNECTIONS" : "REFUSED";
      endsAt = now + (cut ? TIMEOUT_MILLIS : slow ? 100 + random.nextInt(800) : latency);
    }

    private void end(int now) {
      if (good) {
        goodStart = begun;
        failures = 0;
        failingSince = -1;
      } else {
        failures++;
        failingSince = failingSince < 0 ? begun : failingSince;
      }
      nextVisit = now + (failures > 0 || now < askedUntil ? BURST_MILLIS : POLL_MILLIS);
      begun = -1;
      boolean any = false;
      for (int i = 0; i < replicas; i++) {
        any |= !blind && connected(i, now);
      }
      anyConnected = any;
      replicasSeenAt = now;
    }

    private Report report(int now) {
      boolean hangs = begun >= 0 && now - begun >= 900;
      int failed = failures + (hangs ? 1 : 0);
      int known = replicas + 1;
      int answering = (blind && now >= troubleAt ? 0 : replicas) + (failed == 0 ? 1 : 0);
      if (failed == 0 && now >= askedUntil) {
        return new Report(known, answering, List.of(), List.of());
      }
      Sighting sighting =
          new Sighting(
              PRIMARY,
              "u",
              goodStart < 0 ? OptionalLong.empty() : OptionalLong.of(now - goodStart),
              true,
              failed,
              failingSince < 0 ? 0 : now - failingSince,
              failed == 0 || failures == 0 ? "" : cause,
              List.of());
      return new Report(
          known, answering, List.of(sighting), failed > 0 ? List.of(PRIMARY) : List.of());
    }

    void tell(int now) {
      Report report = report(now);
      if (now < nextNote && (report.asked().isEmpty() || failures != 1)) {
        return;
      }
      nextNote = now + (report.sightings().isEmpty() ? 1_000 : 100);
      for (Member other : members) {
        boolean silent = silentThird && members.indexOf(this) == 2 && now >= troubleAt && blind;
        boolean lost = random.nextInt(20) == 0;
        if (other != this && !lost && !silent) {
          other.inbox.addLast(new Underway(now + STEP_MILLIS * 2, name, report));
        }
      }
    }

    /** What detection does on the leader. */
    boolean acts(int now) {
      boolean dead = failures > 0 && !anyConnected && !blind;
      if (!dead) {
        judgedSince = -1;
        return false;
      }
      if (judgedSince < 0) {
        judgedSince = now;
        failuresBefore = failures;
      }
      boolean lasted =
          now - judgedSince >= REACTION_MILLIS
              && failures - failuresBefore >= MIN_FAILED_VISITS
              && replicasSeenAt >= judgedSince;
      if (!lasted) {
        return false;
      }
      askedUntil = now + 10_000;
      Map<String, Ballot.Heard> heard = new HashMap<>();
      newest.forEach(
          (from, report) ->
              heard.put(from, new Ballot.Heard(report, now - newestAt.getOrDefault(from, now))));
      heard.put(name, new Ballot.Heard(report(now), 0));
      Ballot ballot =
          new Ballot(
              PRIMARY,
              name,
              members.stream().map(member -> member.name).toList(),
              heard,
              now - judgedSince,
              Set.of(),
              true);
      return Agreement.decide(POLICY, ballot).agreed();
    }
  }
}
