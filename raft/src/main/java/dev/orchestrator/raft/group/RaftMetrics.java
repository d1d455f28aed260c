package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.SnapshotProgress;
import dev.orchestrator.raft.metrics.HistogramSnapshot;
import dev.orchestrator.raft.metrics.LinkMetrics;
import java.util.List;

/**
 * What a member counts and measures of itself, at one moment; counters begin with the process.
 * Immutable.
 *
 * @param status role, term, indexes, and how far snapshots on their way have come
 * @param electionsStarted times that this member stood for election (pre-votes not counted)
 * @param electionsWon times that it began to lead
 * @param leaderChanges times that it saw another leader than before, or the same in another term
 * @param proposals from a proposal to the state machine's answer, of those that were applied
 * @param proposalsFailed proposals that ended otherwise: no leader, overloaded, outcome unknown
 * @param syncs time of each write to the log with its sync
 * @param queues what waits in this member
 * @param links the links to the other members, sorted by name
 * @param refusedConnections connections that were refused
 */
public record RaftMetrics(
    RaftStatus status,
    long electionsStarted,
    long electionsWon,
    long leaderChanges,
    HistogramSnapshot proposals,
    long proposalsFailed,
    HistogramSnapshot syncs,
    Queues queues,
    List<LinkMetrics> links,
    long refusedConnections) {
  public RaftMetrics {
    links = List.copyOf(links);
  }

  /** Snapshots on their way from this member, and to it. */
  public List<SnapshotProgress> snapshots() {
    return status.snapshots();
  }

  /**
   * What waits in a member.
   *
   * @param inbox events for the Raft algorithm
   * @param writes writes for the log
   * @param apply committed entries for the state machine
   * @param proposals proposals without an answer
   */
  public record Queues(int inbox, int writes, int apply, int proposals) {}

  /** Of a member that measures nothing. */
  static RaftMetrics none(RaftStatus status) {
    return new RaftMetrics(
        status,
        0,
        0,
        0,
        HistogramSnapshot.empty(),
        0,
        HistogramSnapshot.empty(),
        new Queues(0, 0, 0, 0),
        List.of(),
        0);
  }
}
