package dev.orchestrator.probe.recovery;

import dev.orchestrator.probe.topology.GtidSet;
import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** What was decided about the replicas of a dead primary. Pure, immutable. */
sealed interface Choice {
  /** One line per decision: what and why. */
  List<String> lines();

  /**
   * One replica becomes the primary.
   *
   * @param winner the new primary, as it will be once it has received what it lacks
   * @param donor who passes on to it what it lacks; empty if it lacks nothing
   * @param required transactions that it must have executed before it is writable
   * @param followers replicas that will follow it, with the reason, ordered by key
   * @param left replicas that are not touched any more, with the reason: they are lost
   */
  record Promote(
      ServerReading winner,
      Optional<ServerReading> donor,
      GtidSet required,
      List<Follower> followers,
      SortedMap<InstanceKey, String> left,
      List<String> lines)
      implements Choice {
    public Promote {
      followers = List.copyOf(followers);
      lines = List.copyOf(lines);
    }
  }

  /** Nobody can be promoted without breaking a rule. */
  record Refuse(Reason reason, String text, List<String> lines) implements Choice {
    public Refuse {
      lines = List.copyOf(lines);
    }
  }

  /** A replica that will follow the winner. */
  record Follower(ServerReading reading, String why) {}

  /** Why nobody is promoted; the names are published. */
  enum Reason {
    /** The primary is back before somebody else was designated. */
    PRIMARY_ANSWERS("PrimaryAnswers"),
    /** No replica could be read. */
    NO_REPLICA_READ("NoReplicaRead"),
    /** Fewer than n-k+1 ackers were read, so an acknowledged transaction may be on the others. */
    TOO_FEW_ACKERS_READ("TooFewAckersRead"),
    /** No replica is fit to be a primary. */
    NO_CANDIDATE("NoCandidate"),
    /** Each candidate lacks transactions that another replica has. */
    INCOMPARABLE_SETS("IncomparableSets"),
    /** Only a delayed replica holds all transactions (rule D6). */
    DELAYED_REPLICA_HOLDS_DATA("DelayedReplicaHoldsData"),
    /** Only replicas that cannot be primary hold all transactions. */
    UNFIT_REPLICA_HOLDS_DATA("UnfitReplicaHoldsData"),
    /** The only replica that a person allowed cannot be primary. */
    DESIGNATED_UNFIT("DesignatedUnfit");

    private final String publishedName;

    Reason(String publishedName) {
      this.publishedName = publishedName;
    }

    String publishedName() {
      return publishedName;
    }
  }
}
