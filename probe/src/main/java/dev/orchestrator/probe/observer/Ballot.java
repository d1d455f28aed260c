package dev.orchestrator.probe.observer;

import dev.orchestrator.store.model.InstanceKey;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that the decision on one source's failure rests on. Immutable.
 *
 * @param source the source
 * @param self name of the member that decides
 * @param voters names of the voting members, the denominator (rule A8)
 * @param heard newest report of each voter, the own one included
 * @param failingForMillis how long the deciding member has judged the source to fail
 * @param disconnected replicas of which the deciding member itself has seen since then that they
 *     are not connected: about these nobody else is asked
 * @param witnesses whether replicas that are connected still count as a sign of life
 */
record Ballot(
    InstanceKey source,
    String self,
    List<String> voters,
    Map<String, Heard> heard,
    long failingForMillis,
    Set<InstanceKey> disconnected,
    boolean witnesses) {
  Ballot {
    voters = voters.stream().sorted().toList();
    heard = Map.copyOf(heard);
    disconnected = Set.copyOf(disconnected);
  }

  /** A report and how long ago it came in. */
  record Heard(Report report, long ageMillis) {}
}
