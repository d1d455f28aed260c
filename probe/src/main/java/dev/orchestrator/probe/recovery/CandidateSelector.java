package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.recovery.Choice.Follower;
import dev.orchestrator.probe.recovery.Choice.Promote;
import dev.orchestrator.probe.recovery.Choice.Reason;
import dev.orchestrator.probe.recovery.Choice.Refuse;
import dev.orchestrator.probe.recovery.Gathering.Replica;
import dev.orchestrator.probe.recovery.ServerReading.Channel;
import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Chooses the new primary by what replicas received (rule D1), and who follows it. Pure: the same
 * gathering gives the same choice.
 */
final class CandidateSelector {
  private static final String ERRANT = "holds errant transactions ";

  private final Gathering gathering;
  private final Set<String> legitimate;
  private final boolean delayEnds;
  private final List<String> lines = new ArrayList<>();

  private CandidateSelector(Gathering gathering) {
    this(gathering, false);
  }

  private CandidateSelector(Gathering gathering, boolean delayEnds) {
    this.delayEnds = delayEnds;
    this.gathering = gathering;
    this.legitimate = legitimateUuids(gathering);
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
    List<String> faults = new ArrayList<>(faults(reading));
    faults.removeIf(fault -> fault.startsWith(ERRANT)); // and no rule or filter counts either
    if (!faults.isEmpty()) {
      return refuse(
          Reason.DESIGNATED_UNFIT,
          designated + " was named but cannot be promoted: " + String.join("; ", faults));
    }
    GtidSet required = GtidSet.EMPTY;
    for (Replica replica : gathering.replicas()) {
      required = required.union(clean(replica));
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
        .filter(replica -> selector.faults(replica.reading()).isEmpty())
        .filter(replica -> selector.objections(replica, Optional.empty()).isEmpty())
        .sorted(selector.order(gathering.replicas()))
        .toList();
  }

  /** Why a replica cannot be a primary; none when it can. */
  static List<String> faults(Gathering gathering, ServerReading reading) {
    return new CandidateSelector(gathering).faults(reading);
  }

  /**
   * The cluster's primaries, and uuids that all replicas share: what reached everybody came through
   * the source. One replica alone proves that of every uuid but its own.
   */
  private static Set<String> legitimateUuids(Gathering gathering) {
    Set<String> legitimate = new TreeSet<>(gathering.legitimate());
    List<Replica> replicas = gathering.replicas();
    if (!replicas.isEmpty()) {
      Set<String> shared = new TreeSet<>(replicas.getFirst().reading().received().uuids());
      replicas.forEach(replica -> shared.retainAll(replica.reading().received().uuids()));
      if (replicas.size() == 1) {
        shared.remove(replicas.getFirst().reading().uuid());
      }
      legitimate.addAll(shared);
    }
    return legitimate;
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
      required = required.union(clean(replica));
      List<String> faults = new ArrayList<>(faults(replica.reading()));
      faults.addAll(objections(replica, designated));
      unfit.put(replica.key(), faults);
      faults.forEach(fault -> lines.add(replica.key() + " is no candidate: " + fault));
    }
    List<Replica> candidates = new ArrayList<>();
    for (Replica replica : read) {
      if (unfit.getOrDefault(replica.key(), List.of()).isEmpty()) {
        GtidSet missing = required.minus(replica.reading().received());
        if (missing.isEmpty()) {
          candidates.add(replica);
        } else {
          lines.add(replica.key() + " is no candidate: others received " + shown(missing));
        }
      }
    }
    if (candidates.isEmpty()) {
      return refuse(required, unfit);
    }
    candidates.sort(order(read));
    if (designated.isPresent()) {
      candidates.removeIf(candidate -> !candidate.key().equals(designated.get()));
      if (candidates.isEmpty()) {
        return refuse(
            Reason.DESIGNATED_UNFIT, designated.get() + " was named but cannot be promoted");
      }
    }
    return promote(candidates, required);
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

  private List<String> faults(ServerReading reading) {
    List<String> faults = new ArrayList<>();
    GtidSet errant = reading.received().withoutUuids(legitimate);
    if (!errant.isEmpty()) {
      faults.add(ERRANT + shown(errant));
    }
    if (!reading.gtidMode().equals("ON")) {
      faults.add("gtid_mode is not ON");
    }
    if (!reading.logBin()) {
      faults.add("log_bin is off");
    }
    if (!reading.logReplicaUpdates()) {
      faults.add("log_replica_updates is off");
    }
    if (reading.channels() > 1) {
      faults.add("replicates through " + reading.channels() + " channels");
    }
    if (gathering.policy().semiSync() && !reading.semiSync().sourceSide()) {
      faults.add("has no semi-sync source plugin to keep the promise of the old primary");
    }
    reading
        .channel()
        .ifPresent(
            channel -> {
              if (channel.delayed() && !delayEnds) {
                faults.add("is delayed by " + channel.delaySeconds() + " s");
              }
              if (!channel.applierError().isEmpty() && !reading.appliedAll()) {
                faults.add("cannot apply what it received: " + channel.applierError());
              }
            });
    return faults;
  }

  /**
   * What people and configuration have against a replica; a person who names it overrules rules.
   */
  private List<String> objections(Replica replica, Optional<InstanceKey> designated) {
    List<String> objections = new ArrayList<>();
    if (!designated.equals(Optional.of(replica.key()))) {
      if (replica.standing().rule() == PromotionRule.MUST_NOT) {
        objections.add("its promotion rule is must_not");
      }
      if (replica.standing().ignored()) {
        objections.add("PromotionIgnoreHostnameFilters match its name");
      }
    }
    String dataCenter = replica.place().dataCenter();
    if (gathering.promotion().sameDataCenter() && !dataCenter.equals(home().dataCenter())) {
      objections.add(
          "is in data center '%s', not '%s' (PreventCrossDataCenterMasterFailover)"
              .formatted(dataCenter, home().dataCenter()));
    }
    String region = replica.place().region();
    if (gathering.promotion().sameRegion() && !region.equals(home().region())) {
      objections.add(
          "is in region '%s', not '%s' (PreventCrossRegionMasterFailover)"
              .formatted(region, home().region()));
    }
    behind(replica).ifPresent(objections::add);
    return objections;
  }

  /** Lag counts as long as there is something to apply; an unknown one counts as too much. */
  private Optional<String> behind(Replica replica) {
    Duration limit = gathering.promotion().maxLag();
    OptionalLong lag = replica.standing().lagSeconds();
    if (limit.isZero()
        || replica.reading().appliedAll()
        || (lag.isPresent() && lag.getAsLong() < limit.toSeconds())) {
      return Optional.empty();
    }
    return Optional.of(
        (lag.isPresent()
                ? "is " + lag.getAsLong() + " s behind"
                : "is behind, nobody knows how far")
            + " (FailMasterPromotionOnLagMinutes)");
  }

  private GtidSet clean(Replica replica) {
    GtidSet received = replica.reading().received();
    return received.minus(received.withoutUuids(legitimate));
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

  private Promote promote(List<Replica> candidates, GtidSet required) {
    Replica winner = candidates.getFirst();
    GtidSet held = winner.reading().received();
    lines.add(
        winner.key()
            + " becomes primary: received all of "
            + shown(required)
            + (candidates.size() > 1
                ? "; preferred to "
                    + candidates.get(1).key()
                    + " by version, format, promotion rule, place, problems, name"
                : ""));
    List<Follower> followers = new ArrayList<>();
    SortedMap<InstanceKey, String> left = new TreeMap<>(gathering.unread());
    for (Replica replica : gathering.replicas()) {
      if (!replica.key().equals(winner.key())) {
        Optional<String> obstacle = followObstacle(replica.reading(), winner.reading());
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
        winner.reading(), required, followers, Collections.unmodifiableSortedMap(left), lines);
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

  private static String shown(GtidSet set) {
    String text = set.toString();
    return text.length() <= 400 ? text : text.substring(0, 400) + "... (" + set.count() + ")";
  }
}
