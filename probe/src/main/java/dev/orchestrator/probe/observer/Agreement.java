package dev.orchestrator.probe.observer;

import dev.orchestrator.store.model.InstanceKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Decides whether the members agree that a source is gone (rule A10). A majority of the voters that
 * are heard and not blind must see it gone; one that sees it writable forbids, and so does a
 * replica that is still connected; one that has not looked since is waited for, but not for ever.
 * Pure.
 */
final class Agreement {
  /** A failure that is older than this waits no more for voters that have not looked yet. */
  static final long PATIENCE_MILLIS = 1_500;

  private final AgreementPolicy policy;
  private final Ballot ballot;
  private final Map<String, Vote> votes = new TreeMap<>();
  private final Map<Vote, List<String>> voters = new EnumMap<>(Vote.class);

  private Agreement(AgreementPolicy policy, Ballot ballot) {
    this.policy = policy;
    this.ballot = ballot;
    for (String voter : ballot.voters()) {
      Vote vote = Vote.of(ballot, voter);
      votes.put(voter, vote);
      voters.computeIfAbsent(vote, _ -> new ArrayList<>()).add(voter);
    }
  }

  static Verdict decide(AgreementPolicy policy, Ballot ballot) {
    return new Agreement(policy, ballot).decide();
  }

  private Verdict decide() {
    if (!voters(Vote.WRITABLE).isEmpty()) {
      return no("seen writable by " + names(Vote.WRITABLE));
    }
    Optional<String> witness = witness();
    if (witness.isPresent()) {
      return no(witness.get());
    }
    if (!voters(Vote.GONE).contains(ballot.self())) {
      return no(ballot.self() + ", which would act, does not see it gone itself");
    }
    if (!voters(Vote.PENDING).isEmpty() && ballot.failingForMillis() < PATIENCE_MILLIS) {
      return no("waiting for a look of " + names(Vote.PENDING));
    }
    return switch (policy.rule()) {
      case LEADER -> yes(false, "seen gone by the leader, whose word suffices by policy");
      case MAJORITY -> byMajority();
      case DATA_CENTERS -> byDataCenters();
    };
  }

  private Verdict byMajority() {
    int all = ballot.voters().size();
    int heard = all - voters(Vote.SILENT).size();
    int sighted = heard - voters(Vote.BLIND).size();
    int gone = voters(Vote.GONE).size();
    String count = gone + " of " + sighted + " sighted members";
    if (all > 1 && (heard < majority(all) || sighted == 1)) {
      return alone(heard < majority(all) ? "only " + heard + " of " + all + " are heard" : "");
    }
    return gone >= majority(sighted)
        ? yes(false, "seen gone by " + count + " (" + all + " voters)")
        : no("seen gone by " + count + " only");
  }

  private Verdict alone(String why) {
    long wait = policy.aloneAfter().toMillis();
    String words = "nobody else sees anything of the fleet" + (why.isEmpty() ? "" : ", " + why);
    if (voters(Vote.GONE).size() > 1) {
      words = why;
    }
    return ballot.failingForMillis() >= wait && voters(Vote.ALIVE).isEmpty()
        ? yes(true, "degraded: " + words + "; it has lasted " + ballot.failingForMillis() + " ms")
        : no(words + "; one member alone acts after " + wait + " ms");
  }

  private Verdict byDataCenters() {
    Map<String, Integer> sighted = new TreeMap<>();
    Map<String, Integer> gone = new TreeMap<>();
    Set<String> all = new TreeSet<>();
    votes.forEach(
        (voter, vote) -> {
          String place = policy.dataCenter(voter);
          all.add(place);
          if (vote != Vote.SILENT && vote != Vote.BLIND) {
            sighted.merge(place, 1, Integer::sum);
          }
          if (vote == Vote.GONE) {
            gone.merge(place, 1, Integer::sum);
          }
        });
    if (all.size() < 3) {
      return no("a majority of data centers needs three of them, there are " + all.size());
    }
    long agreeing =
        gone.entrySet().stream()
            .filter(entry -> entry.getValue() >= majority(sighted.getOrDefault(entry.getKey(), 0)))
            .count();
    String count = agreeing + " of " + all.size() + " data centers";
    return agreeing >= majority(all.size())
        ? yes(false, "seen gone by " + count)
        : no("seen gone by " + count + " only");
  }

  /** A replica that somebody else sees connected and that the deciding member cannot ask. */
  private Optional<String> witness() {
    if (!ballot.witnesses()) {
      return Optional.empty();
    }
    for (String voter : ballot.voters()) {
      if (votes.get(voter) != Vote.SILENT) {
        Ballot.Heard heard = ballot.heard().get(voter);
        List<InstanceKey> connected =
            heard == null
                ? List.of()
                : heard.report().of(ballot.source()).map(Sighting::connected).orElse(List.of());
        for (InstanceKey replica : connected) {
          if (!ballot.disconnected().contains(replica)) {
            return Optional.of(voter + " sees that " + replica + " is connected to it");
          }
        }
      }
    }
    return Optional.empty();
  }

  private static int majority(int of) {
    return of / 2 + 1;
  }

  private List<String> voters(Vote vote) {
    return voters.getOrDefault(vote, List.of());
  }

  private String names(Vote vote) {
    return String.join(", ", voters(vote));
  }

  private Verdict yes(boolean degraded, String summary) {
    return new Verdict(true, degraded, summary, lines());
  }

  private Verdict no(String summary) {
    return new Verdict(false, false, summary, lines());
  }

  private List<String> lines() {
    List<String> lines = new ArrayList<>();
    votes.forEach((voter, vote) -> lines.add(voter + " " + word(vote) + detail(voter, vote)));
    return lines;
  }

  private static String word(Vote vote) {
    return vote.name().toLowerCase(Locale.ROOT);
  }

  private String detail(String voter, Vote vote) {
    Ballot.Heard heard = ballot.heard().get(voter);
    if (heard == null || vote == Vote.SILENT) {
      return "";
    }
    String fleet = " (" + heard.report().answering() + " of " + heard.report().known() + " answer";
    Optional<Sighting> sighting = heard.report().of(ballot.source());
    if (sighting.isPresent() && sighting.get().failures() > 0) {
      Sighting seen = sighting.get();
      fleet += ", " + seen.failures() + " visits failed in " + seen.failingForMillis() + " ms";
      fleet += seen.cause().isEmpty() ? "" : " " + seen.cause();
    }
    return fleet + ")";
  }
}
