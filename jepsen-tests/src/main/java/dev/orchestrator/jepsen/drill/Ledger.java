package dev.orchestrator.jepsen.drill;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What the application was told: which writes were acknowledged, by whom and when. Thread-safe. */
public final class Ledger {
  private final List<Acknowledgement> acknowledged = new ArrayList<>();
  private long unknown;

  /** The server said that the row is committed. */
  public record Acknowledgement(long id, String host, long nanos) {}

  public synchronized void acknowledge(long id, String host, long nanos) {
    acknowledged.add(new Acknowledgement(id, host, nanos));
  }

  /** A write failed on the way: the row may or may not be there. */
  public synchronized void fail() {
    unknown++;
  }

  /** How many writes were acknowledged so far. */
  public synchronized int count() {
    return acknowledged.size();
  }

  /** How many have an unknown outcome so far. */
  public synchronized long unknownCount() {
    return unknown;
  }

  /** The first acknowledgement by any other server. */
  public synchronized Optional<Acknowledgement> firstNotBy(String host) {
    return acknowledged.stream().filter(ack -> !ack.host().equals(host)).findFirst();
  }

  /** How many writes were acknowledged by the given server. */
  public synchronized long countBy(String host) {
    return acknowledged.stream().filter(ack -> ack.host().equals(host)).count();
  }

  /** All acknowledged ids so far. */
  public synchronized List<Long> ids() {
    return acknowledged.stream().map(Acknowledgement::id).toList();
  }

  /** The acknowledged ids that are not among the rows. */
  public synchronized List<Long> lost(Set<Long> rows) {
    return acknowledged.stream().map(Acknowledgement::id).filter(id -> !rows.contains(id)).toList();
  }
}
