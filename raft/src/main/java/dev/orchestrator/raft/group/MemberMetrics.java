package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.metrics.Histogram;
import java.util.concurrent.atomic.LongAdder;

/** What a running member counts. Thread-safe; writing costs next to nothing. */
final class MemberMetrics {
  final Histogram proposals = new Histogram();
  final LongAdder proposalsFailed = new LongAdder();
  final Histogram syncs = new Histogram();
  final LongAdder electionsStarted = new LongAdder();
  final LongAdder electionsWon = new LongAdder();
  final LongAdder leaderChanges = new LongAdder();

  /** Takes note of a change of role, term or leader. */
  void changed(RaftStatus before, RaftStatus now) {
    boolean sameTerm = before.term() == now.term();
    boolean leads = now.role() == RoleName.LEADER;
    boolean led = before.role() == RoleName.LEADER && sameTerm;
    boolean stood = before.role() == RoleName.CANDIDATE && sameTerm;
    // A quick election may be over between two looks: who leads has stood.
    if ((now.role() == RoleName.CANDIDATE || leads) && !stood && !led) {
      electionsStarted.increment();
    }
    if (leads && !led) {
      electionsWon.increment();
    }
    if (now.leader().isPresent() && !(sameTerm && now.leader().equals(before.leader()))) {
      leaderChanges.increment();
    }
  }
}
