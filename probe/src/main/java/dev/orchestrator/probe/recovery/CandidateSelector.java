package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Choice.Follower;
import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Choice.Reason;
import dev.orchestrator.probe.recovery.Choice.Refuse;
import dev.orchestrator.probe.recovery.Gathering.Passing;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Chooses the new primary by what replicas received (rule D1), and who follows it. Pure: the same
 * gathering gives the same choice.
 */
final class CandidateSelector {
  private final Gathering gathering;
  private final Fitness fitness;
  private final List<String> lines = new ArrayList<>();

  private CandidateSelector(Gathering gathering) {
    this(gathering, false);
  }

  private CandidateSelector(Gathering gathering, boolean delayEnds) {
    this.gathering = gathering;
    this.fitness = new Fitness(gathering, delayEnds);
  }

  static Choice choose(Gathering gathering) {
    return choose(gathering, Optional.empty());
  }

  /**
   * Chooses as ever, but nobody else than a server that a person named.
   *
   * @param designated the only one who may be promoted
   */
  static Choice choose(Gathering gathering, Optional<InstanceKey> designated) {
    return new CandidateSelector(gathering).chooseOneOf(designated);
  }

  /**
   * Chooses by an order: a person who accepts loss by name gets the server that they named,
   * whatever others hold, unless it could not work as a primary at all (rule D2).
   */
  static Choice choose(Gathering gathering, Order order) {
    CandidateSelector selector = new CandidateSelector(gathering, order.delayEndedBy().isPresent());
    return order.designated().isPresent() && order.lossAcceptedBy().isPresent()
        ? selector.insistedOn(order.designated().get(), order.lossAcceptedBy().get())
        : selector.chooseOneOf(order.designated());
  }

  private Choice insistedOn(InstanceKey designated, String by) {
    gathering.unread().forEach((key, why) -> lines.add(key + " is lost: " + why));
    Optional<Replica> named =
        gathering.replicas().stream().filter(r -> r.key().equals(designated)).findFirst();
    if (named.isEmpty()) {
      return refuse(Reason.DESIGNATED_UNFIT, designated + " was named but could not be read");
    }
    ServerReading reading = named.get().reading();
    List<String> faults = new ArrayList<>(fitness.faults(reading));
    faults.removeIf(
        fault -> fault.startsWith(Fitness.ERRANT)); // and no rule or filter counts either
    if (!faults.isEmpty()) {
      return refuse(
          Reason.DESIGNATED_UNFIT,
          designated + " was named but cannot be promoted: " + String.join("; ", faults));
    }
    GtidSet required = GtidSet.EMPTY;
    for (Replica replica : gathering.replicas()) {
      required = required.union(fitness.clean(replica));
    }
    GtidSet missing = required.minus(reading.received());
    lines.add(
        by
            + " insists on "
            + designated
            + (missing.isEmpty() ? "" : " and accepts the loss of " + shown(missing)));
    return promote(List.of(named.get()), required);
  }

  /** Replicas without a fault, the best first, whatever they received. */
  static List<Replica> ranked(Gathering gathering) {
    CandidateSelector selector = new CandidateSelector(gathering);
    return gathering.replicas().stream()
        .filter(replica -> selector.fitness.faults(replica.reading()).isEmpty())
        .filter(replica -> selector.fitness.objections(replica, Optional.empty()).isEmpty())
        .sorted(selector.order(gathering.replicas()))
        .toList();
  }

  /** Why a replica cannot be a primary; none when it can. */
  static List<String> faults(Gathering gathering, ServerReading reading) {
    return new Fitness(gathering, false).faults(reading);
  }

  private Choice chooseOneOf(Optional<InstanceKey> designated) {
    gathering.unread().forEach((key, why) -> lines.add(key + " is lost: " + why));
    List<Replica> read = gathering.replicas();
    if (read.isEmpty()) {
      return refuse(Reason.NO_REPLICA_READ, "none of the replicas could be read");
    }
    Optional<String> shortage = ackerShortage();
    if (shortage.isPresent()) {
      return refuse(Reason.TOO_FEW_ACKERS_READ, shortage.get());
    }
    GtidSet required = GtidSet.EMPTY;
    SortedMap<InstanceKey, List<String>> unfit = new TreeMap<>();
    for (Replica replica : read) {
      required = required.union(fitness.clean(replica));
      List<String> faults = new ArrayList<>(fitness.faults(replica.reading()));
      faults.addAll(fitness.objections(replica, designated));
      unfit.put(replica.key(), faults);
      faults.forEach(fault -> lines.add(replica.key() + " is no candidate: " + fault));
    }
    GtidSet all = required;
    List<Replica> candidates = new ArrayList<>();
    List<Replica> behind = new ArrayList<>();
    for (Replica replica : read) {
      if (unfit.getOrDefault(replica.key(), List.of()).isEmpty()) {
        (replica.reading().received().contains(all) ? candidates : behind).add(replica);
      }
    }
    Comparator<Replica> order = order(read);
    candidates.sort(order);
    behind.sort(order.thenComparingLong(replica -> missing(replica, all).count()));
    if (designated.isPresent()) {
      boolean anybody = !candidates.isEmpty();
      candidates.removeIf(candidate -> !candidate.key().equals(designated.get()));
      behind.removeIf(candidate -> !candidate.key().equals(designated.get()));
      if (anybody && candidates.isEmpty() && behind.isEmpty()) {
        return refuse(
            Reason.DESIGNATED_UNFIT, designated.get() + " was named but cannot be promoted");
      }
    }
    Optional<Replica> taker = taker(candidates, behind, all);
    behind.stream()
        .filter(replica -> !Optional.of(replica).equals(taker))
        .forEach(
            replica ->
                lines.add(
                    replica.key()
                        + " is no candidate: others received "
                        + shown(missing(replica, all))));
    if (taker.isPresent()) {
      return promote(taker.get(), donor(taker.get(), all).orElseThrow(), all);
    }
    return candidates.isEmpty() ? refuse(all, unfit) : promote(candidates, all);
  }

  private static GtidSet missing(Replica replica, GtidSet required) {
    return required.minus(replica.reading().received());
  }

  /**
   * Who is to be promoted although it lacks something, which another replica can pass on to it:
   * because nobody who holds everything can be the primary, or because people want it more.
   */
  private Optional<Replica> taker(
      List<Replica> candidates, List<Replica> behind, GtidSet required) {
    if (gathering.passing() == Passing.NEVER) {
      return Optional.empty();
    }
    return behind.stream()
        .filter(replica -> donor(replica, required).isPresent())
        .filter(replica -> candidates.isEmpty() || better(replica, candidates.getFirst()))
        .findFirst();
  }

  /**
   * By its promotion rule, or among preferred ones by where it stands; not past what can follow.
   */
  private boolean better(Replica taker, Replica holder) {
    List<Replica> read = gathering.replicas();
    if (gathering.passing() != Passing.IF_BETTER
        || olderSiblings(taker, read) > olderSiblings(holder, read)
        || narrowerSiblings(taker, read) > narrowerSiblings(holder, read)) {
      return false;
    }
    int byRule = taker.standing().rule().compareTo(holder.standing().rule());
    return byRule < 0
        || (byRule == 0
            && taker.standing().rule() == PromotionRule.PREFER
            && atHome(taker)
            && !atHome(holder));
  }

  /** Who can pass on everything to a replica: the one with the least left to apply. */
  private Optional<Replica> donor(Replica taker, GtidSet required) {
    return gathering.replicas().stream()
        .filter(replica -> !replica.key().equals(taker.key()))
        .filter(replica -> replica.reading().received().contains(required))
        .filter(replica -> !delayed(replica.reading()))
        .filter(replica -> fitness.sourceFaults(replica.reading()).isEmpty())
        .filter(replica -> followObstacle(taker.reading(), replica.reading()).isEmpty())
        .min(
            Comparator.<Replica>comparingLong(
                    replica ->
                        replica.reading().received().minus(replica.reading().executed()).count())
                .thenComparing(Replica::key));
  }

  /** Rule D3: n-k+1 ackers read, or an acknowledged transaction may be where nobody looked. */
  private Optional<String> ackerShortage() {
    DurabilityPolicy policy = gathering.policy();
    if (!policy.semiSync()) {
      return Optional.empty();
    }
    int late = 0; // ackers that the last visits did not know: more were needed and more were read
    int acked = 0;
    for (Replica replica : gathering.replicas()) {
      if (gathering.forgetful().contains(replica.reading().uuid())) {
        lines.add(
            replica.key()
                + " does not count as an acker: it was restarted, and may have lost what it had"
                + " acknowledged and not applied");
      } else if (policy.ackers().contains(replica.reading().uuid())) {
        acked++;
      } else if (replica.reading().semiSync().replicaEnabled()) {
        late++;
      }
    }
    int unnamed = policy.ackerCount() - policy.ackers().size();
    int needed = policy.ackersNeeded() + Math.max(0, late - unnamed);
    int have = acked + late;
    return have >= needed
        ? Optional.empty()
        : Optional.of(
            "with "
                + policy.words()
                + " at least "
                + needed
                + " ackers must be read, but only "
                + have
                + " were");
  }

  private Refuse refuse(GtidSet required, SortedMap<InstanceKey, List<String>> unfit) {
    List<Replica> holders =
        gathering.replicas().stream()
            .filter(replica -> replica.reading().received().contains(required))
            .toList();
    boolean delayed =
        holders.stream().anyMatch(r -> r.reading().channel().map(Channel::delayed).orElse(false));
    String names = String.join(", ", holders.stream().map(h -> h.key().toString()).toList());
    if (delayed) {
      return refuse(Reason.DELAYED_REPLICA_HOLDS_DATA, "only " + names + " holds all transactions");
    }
    boolean anyFit = unfit.values().stream().anyMatch(List::isEmpty);
    if (!holders.isEmpty() && anyFit) {
      return refuse(
          Reason.UNFIT_REPLICA_HOLDS_DATA,
          "only " + names + " holds all transactions, and cannot be primary");
    }
    return anyFit
        ? refuse(
            Reason.INCOMPARABLE_SETS,
            "each candidate lacks transactions that another replica received")
        : refuse(Reason.NO_CANDIDATE, "no replica is fit to be a primary");
  }

  private Refuse refuse(Reason reason, String text) {
    lines.add("nobody is promoted: " + reason.publishedName() + ": " + text);
    return new Refuse(reason, text, lines);
  }

  /**
   * All hold the same data: fewest siblings that could not follow, the promotion rule, fewest
   * problems, nearest.
   */
  private Comparator<Replica> order(List<Replica> read) {
    return Comparator.<Replica>comparingLong(candidate -> olderSiblings(candidate, read))
        .thenComparingLong(candidate -> narrowerSiblings(candidate, read))
        .thenComparing(candidate -> delayed(candidate.reading()))
        .thenComparing(candidate -> candidate.standing().rule())
        .thenComparing(candidate -> !atHome(candidate))
        .thenComparingInt(candidate -> problems(candidate.reading()))
        .thenComparing(candidate -> !near(candidate.place().dataCenter(), home().dataCenter()))
        .thenComparing(candidate -> !near(candidate.place().region(), home().region()))
        .thenComparing(Replica::key);
  }

  private Gathering.Place home() {
    return gathering.home();
  }

  private static boolean delayed(ServerReading reading) {
    return reading.channel().map(Channel::delayed).orElse(false);
  }

  private boolean atHome(Replica candidate) {
    return near(candidate.place().dataCenter(), home().dataCenter())
        && near(candidate.place().environment(), home().environment());
  }

  /** Siblings whose binary log format is narrower than the candidate's. */
  private static long narrowerSiblings(Replica candidate, List<Replica> read) {
    int own = candidate.standing().formatRank();
    return read.stream()
        .mapToInt(replica -> replica.standing().formatRank())
        .filter(rank -> rank > 0 && rank < own)
        .count();
  }

  private static boolean near(String place, String home) {
    return place.equals(home);
  }

  private static long olderSiblings(Replica candidate, List<Replica> read) {
    long own = majorVersion(candidate.reading());
    return read.stream().filter(replica -> majorVersion(replica.reading()) < own).count();
  }

  /** 8.0.33 gives 800. */
  private static long majorVersion(ServerReading reading) {
    String[] parts = reading.version().split("[.-]", -1);
    long version = 0;
    for (int i = 0; i < 2; i++) {
      boolean number = i < parts.length && parts[i].matches("\\d{1,4}");
      version = version * 100 + (number ? Long.parseLong(parts[i]) : 0);
    }
    return version;
  }

  private static int problems(ServerReading reading) {
    int problems = reading.appliedAll() ? 0 : 1;
    problems += reading.readOnly() ? 0 : 1; // somebody may have written to it
    problems += reading.channel().map(c -> c.applierRunning() ? 0 : 1).orElse(1);
    return problems;
  }

  private Promote promote(Replica taker, Replica donor, GtidSet required) {
    lines.add(
        taker.key()
            + " becomes primary: it receives from "
            + donor.key()
            + " what it lacks, "
            + shown(missing(taker, required))
            + "; then it has received all of "
            + shown(required));
    ServerReading complete = taker.reading().receiving(donor.reading().received());
    return promote(complete, Optional.of(donor.reading()), required);
  }

  private Promote promote(List<Replica> candidates, GtidSet required) {
    Replica winner = candidates.getFirst();
    lines.add(
        winner.key()
            + " becomes primary: received all of "
            + shown(required)
            + (candidates.size() > 1
                ? "; preferred to "
                    + candidates.get(1).key()
                    + " by version, format, promotion rule, place, problems, name"
                : ""));
    return promote(winner.reading(), Optional.empty(), required);
  }

  private Promote promote(ServerReading winner, Optional<ServerReading> donor, GtidSet required) {
    GtidSet held = winner.received();
    List<Follower> followers = new ArrayList<>();
    SortedMap<InstanceKey, String> left = new TreeMap<>(gathering.unread());
    for (Replica replica : gathering.replicas()) {
      if (!replica.key().equals(winner.key())) {
        Optional<String> obstacle = followObstacle(replica.reading(), winner);
        if (obstacle.isPresent()) {
          left.put(replica.key(), obstacle.get());
          lines.add(replica.key() + " is lost: " + obstacle.get());
        } else {
          String why =
              held.equals(replica.reading().received())
                  ? "received the same transactions"
                  : "lacks " + held.minus(replica.reading().received()).count() + " transactions";
          followers.add(new Follower(replica.reading(), why));
          lines.add(replica.key() + " follows " + winner.key() + ": " + why);
        }
      }
    }
    return new Promote(
        winner, donor, required, followers, Collections.unmodifiableSortedMap(left), lines);
  }

  /** Why a replica cannot follow the winner without losing or missing transactions. */
  static Optional<String> followObstacle(ServerReading replica, ServerReading winner) {
    GtidSet extra = replica.received().minus(winner.received());
    if (!extra.isEmpty()) {
      return Optional.of("holds transactions that " + winner.key() + " lacks: " + shown(extra));
    }
    if (!replica.gtidMode().equals("ON")) {
      return Optional.of("gtid_mode is not ON");
    }
    if (replica.channels() > 1) {
      return Optional.of("replicates through " + replica.channels() + " channels");
    }
    GtidSet gone = winner.purged().minus(replica.executed());
    if (!gone.isEmpty()) {
      return Optional.of(winner.key() + " has purged what it still needs: " + shown(gone));
    }
    return Optional.empty();
  }

  static String shown(GtidSet set) {
    String text = set.toString();
    return text.length() <= 400 ? text : text.substring(0, 400) + "... (" + set.count() + ")";
  }
}
