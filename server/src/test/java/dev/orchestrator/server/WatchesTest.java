package dev.orchestrator.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.group.RaftStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The checks that a node runs on itself, with a clock of our own. */
class WatchesTest {
  private static final MemberId SELF = new MemberId("n1:10008", 1);
  private static final MemberId OTHER = new MemberId("n2:10008", 2);

  private final AtomicLong nanos = new AtomicLong();
  private final List<String> ends = new ArrayList<>();

  @Test
  void memberThatNeverHearsALeaderGivesUpAndSaysWhomItWaitsFor() {
    RaftStatus waiting =
        status(RoleName.FOLLOWER, Optional.empty(), List.of("n2:10008: not reached yet"));
    JoinWatch watch = new JoinWatch(() -> waiting, Duration.ofSeconds(60), nanos::get, ends::add);
    tick(watch, 60);
    assertThat(ends).isEmpty();
    tick(watch, 1);
    assertThat(ends)
        .singleElement()
        .asString()
        .contains("no leader was heard within 60 s", "n2:10008: not reached yet", "RaftNodes");
  }

  @Test
  void memberThatOnceHeardALeaderStaysWhenQuorumIsLost() {
    AtomicReference<RaftStatus> now =
        new AtomicReference<>(status(RoleName.FOLLOWER, Optional.of(OTHER), List.of()));
    JoinWatch watch = new JoinWatch(now::get, Duration.ofSeconds(60), nanos::get, ends::add);
    tick(watch, 1);
    now.set(status(RoleName.PRE_CANDIDATE, Optional.empty(), List.of()));
    tick(watch, 3_600);
    assertThat(ends).isEmpty();
  }

  @Test
  void zeroWaitsForEver() {
    RaftStatus waiting = status(RoleName.FOLLOWER, Optional.empty(), List.of());
    tick(new JoinWatch(() -> waiting, Duration.ZERO, nanos::get, ends::add), 100_000);
    assertThat(ends).isEmpty();
  }

  @Test
  void statusLineSaysWhatOperatorsKnow() {
    assertThat(StatusLog.line(status(RoleName.LEADER, Optional.of(SELF), List.of())))
        .isEqualTo("raft leader is n1:10008 (this host); state: Leader");
    assertThat(StatusLog.line(status(RoleName.FOLLOWER, Optional.of(OTHER), List.of())))
        .isEqualTo("raft leader is n2:10008; state: Follower");
    assertThat(StatusLog.line(status(RoleName.CANDIDATE, Optional.empty(), List.of())))
        .isEqualTo("raft leader is unknown; state: Candidate");
    assertThat(StatusLog.line(status(RoleName.FOLLOWER, Optional.empty(), List.of("n2: down"))))
        .isEqualTo("raft group is forming: n2: down; state: Follower");
  }

  private void tick(Runnable watch, long seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    watch.run();
  }

  private static RaftStatus status(RoleName role, Optional<MemberId> leader, List<String> waiting) {
    return new RaftStatus(
        SELF,
        role,
        3,
        leader,
        List.of("n1:10008", "n2:10008"),
        Optional.of("c"),
        1,
        1,
        1,
        role == RoleName.LEADER,
        true,
        waiting);
  }
}
