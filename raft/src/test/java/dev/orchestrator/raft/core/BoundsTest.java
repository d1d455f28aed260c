package dev.orchestrator.raft.core;

import static dev.orchestrator.raft.core.ScriptedNode.A;
import static dev.orchestrator.raft.core.ScriptedNode.B;
import static dev.orchestrator.raft.core.ScriptedNode.C;
import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.raft.core.RaftMessage.AppendAccepted;
import dev.orchestrator.raft.core.RaftMessage.AppendEntries;
import dev.orchestrator.raft.core.RaftMessage.AppendRejected;
import dev.orchestrator.raft.core.RaftMessage.SnapshotStored;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What one leader holds and sends at most, and what its clock may do to it. */
class BoundsTest {
  private static final Membership MEMBERSHIP = new Membership("cluster", List.of(A, B, C));
  private static final int KIB = 1 << 10;

  @Test
  void bytesOnTheWayToAFollowerAreBounded() {
    // 64 messages would be allowed, but no more than 10 KiB of entries without an answer.
    ScriptedNode a = leader(new RaftLimits(4 * KIB, 64, 10 * KIB, 1_000, 1 << 20, 0));
    for (int i = 0; i < 40; i++) {
      a.step(new Input.Propose(i, new byte[KIB]));
    }
    long sent = bytes(a.takeTo(B));
    assertThat(sent).isBetween(10L * KIB, 14L * KIB); // the last one may go beyond
    a.tick(10);
    assertThat(bytes(a.takeTo(B))).isZero();

    a.receive(B, new AppendAccepted(a.node.term(), 2 + sent / KIB, a.now));
    assertThat(bytes(a.takeTo(B))).isBetween(10L * KIB, 14L * KIB);
  }

  @Test
  void bytesThatWaitForCommitAreBoundedAndTheRefusalHasAName() {
    ScriptedNode a = leader(new RaftLimits(64 * KIB, 64, 1 << 20, 1_000, 10 * KIB, 0));
    for (int i = 0; i < 20; i++) {
      a.step(new Input.Propose(i, new byte[KIB]));
    }
    long taken = a.replies.stream().filter(Ready.Reply.Appended.class::isInstance).count();
    assertThat(taken).isBetween(8L, 11L);
    assertThat(a.replies.getLast()).isEqualTo(new Ready.Reply.Overloaded(19));
    a.receive(B, new AppendAccepted(a.node.term(), a.node.log().lastIndex(), a.now));
    a.step(new Input.Propose(20, new byte[KIB]));
    assertThat(a.replies.getLast()).isInstanceOf(Ready.Reply.Appended.class);
  }

  @Test
  void aSnapshotIsSentWithinItsWindow() {
    int window = 1 << 20;
    ScriptedNode a = leaderWithSnapshot(64 << 20, 32 << 20);
    a.snapshots.clear();
    a.receive(C, stored(a, 0)); // what it has is known now: nothing
    assertThat(sentBytes(a)).isEqualTo(window);
    a.snapshots.clear();
    a.tick(100);
    assertThat(sentBytes(a)).isZero();
  }

  @Test
  void aSnapshotIsThrottled() {
    long perSecond = 2 << 20;
    ScriptedNode a = leaderWithSnapshot(64 << 20, perSecond);
    long before = a.now;
    long stored = 0;
    for (int i = 0; i < 500; i++) {
      a.receive(B, new AppendAccepted(a.node.term(), 4, a.now));
      a.receive(C, stored(a, stored));
      stored = Math.max(stored, end(a));
      a.tick(10);
    }
    long seconds = (a.now - before) / 1_000;
    // Half a second's worth may be saved up, and the part that uses up the budget goes whole.
    long most = perSecond * seconds + perSecond / 2 + 2 * 256 * KIB;
    assertThat(stored).isBetween(perSecond * seconds / 2, most);
  }

  @Test
  void aClockThatGoesBackIsNotBelieved() {
    ScriptedNode a = leader(RaftLimits.DEFAULT);
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    a.node.step(new Input.Tick(a.now - 100_000));
    a.step(new Input.Read(1));
    // An answer to what was sent before the question proves nothing, whatever the clock does.
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    assertThat(a.reads).isEmpty();
    assertThat(a.node.quorumContactMillis()).contains(a.now);
  }

  @Test
  void anAnswerFromTheFutureIsNoContact() {
    ScriptedNode a = leader(RaftLimits.DEFAULT);
    a.tick(100);
    long before = a.node.quorumContactMillis().orElseThrow();
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now + 1_000_000));
    assertThat(a.node.quorumContactMillis()).contains(before);
  }

  private static ScriptedNode leader(RaftLimits limits) {
    LogEntry first = new LogEntry.MembershipChange(new LogId(1, 1), MEMBERSHIP);
    ScriptedNode a = new ScriptedNode(new HardState(1, null), List.of(first), limits);
    a.elect(B);
    a.receive(B, new AppendAccepted(a.node.term(), 2, a.now));
    a.take();
    return a;
  }

  /** A leader whose log begins behind 4, and a follower c that lacks it. */
  private static ScriptedNode leaderWithSnapshot(long size, long perSecond) {
    RaftLimits limits =
        new RaftLimits(
            256 * KIB, 64, 4 << 20, 4_096, 16 << 20, 8 << 20, 256 * KIB, 1 << 20, perSecond);
    LogEntry first = new LogEntry.MembershipChange(new LogId(1, 1), MEMBERSHIP);
    ScriptedNode a =
        new ScriptedNode(
            new HardState(1, null),
            List.of(first, ScriptedNode.command(1, 2), ScriptedNode.command(1, 3)),
            limits);
    a.elect(B);
    a.receive(B, new AppendAccepted(a.node.term(), 4, a.now));
    a.node.takeCommitted(1 << 20);
    a.step(new Input.Compact(4));
    a.tick(150);
    a.receive(C, new AppendRejected(a.node.term(), 4, 0, 1, a.now));
    a.step(new Input.SnapshotSpooled(snapshot(a, size)));
    return a;
  }

  private static SnapshotInfo snapshot(ScriptedNode a, long size) {
    LastIncluded last = new LastIncluded(new LogId(a.node.term(), 4), Optional.of(MEMBERSHIP));
    return new SnapshotInfo(last, size, "sum");
  }

  private static SnapshotStored stored(ScriptedNode a, long nextOffset) {
    return new SnapshotStored(a.node.term(), new LogId(a.node.term(), 4), nextOffset, a.now, false);
  }

  private static long sentBytes(ScriptedNode a) {
    return a.sends().stream().mapToLong(SnapshotTask.SendChunk::length).sum();
  }

  /** Offset behind the last part that was sent. */
  private static long end(ScriptedNode a) {
    return a.sends().stream().mapToLong(part -> part.offset() + part.length()).max().orElse(0);
  }

  private static long bytes(List<RaftMessage> messages) {
    return messages.stream()
        .filter(AppendEntries.class::isInstance)
        .map(AppendEntries.class::cast)
        .flatMap(append -> append.entries().stream())
        .mapToLong(LogEntry::sizeBytes)
        .sum();
  }
}
