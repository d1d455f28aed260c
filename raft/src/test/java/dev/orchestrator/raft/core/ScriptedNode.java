package dev.orchestrator.raft.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One node driven by hand: time, disk and the other members are the test's. */
final class ScriptedNode {
  static final MemberId A = new MemberId("a", 1);
  static final MemberId B = new MemberId("b", 2);
  static final MemberId C = new MemberId("c", 3);
  static final MemberId D = new MemberId("d", 4);
  static final MemberId E = new MemberId("e", 5);

  final RaftNode node;
  final List<Ready.Write> unsynced = new ArrayList<>();
  final List<Ready.Reply> replies = new ArrayList<>();
  final List<Ready.ReadAnswer> reads = new ArrayList<>();
  boolean syncsAtOnce = true;
  long now;

  private final List<LogEntry> disk = new ArrayList<>();
  private List<Ready.Outbound> sent = new ArrayList<>();

  /** Node a with a membership of these voters as entry 1/1 and further entries of these terms. */
  static ScriptedNode withLog(long term, List<MemberId> voters, long... termsFromIndex2) {
    List<LogEntry> entries = new ArrayList<>();
    entries.add(new LogEntry.MembershipChange(new LogId(1, 1), new Membership("cluster", voters)));
    for (long entryTerm : termsFromIndex2) {
      entries.add(command(entryTerm, entries.size() + 1));
    }
    return new ScriptedNode(new HardState(term, null), entries, RaftLimits.DEFAULT);
  }

  static ScriptedNode empty() {
    return new ScriptedNode(HardState.INITIAL, List.of(), RaftLimits.DEFAULT);
  }

  ScriptedNode(HardState hardState, List<LogEntry> entries, RaftLimits limits) {
    disk.addAll(entries);
    RaftLog log = new RaftLog((from, to, bytes) -> disk.subList((int) from - 1, (int) to), 1 << 20);
    entries.forEach(log::restore);
    node = new RaftNode(A, RaftTimings.DEFAULT, limits, hardState, log, LogId.ZERO, 0, 42);
    tick(RaftTimings.DEFAULT.electionMinMillis()); // the lease a fresh start assumes is over
    take();
  }

  static LogEntry command(long term, long index) {
    return new LogEntry.Command(new LogId(term, index), new byte[] {(byte) term, (byte) index});
  }

  void tick(long millis) {
    // In small steps: a large one would look like a stall of the process.
    for (long passed = 0; passed < millis; passed += 10) {
      now += 10;
      node.step(new Input.Tick(now));
    }
    collect();
  }

  void receive(MemberId from, RaftMessage message) {
    node.step(new Input.Receive(from, message));
    collect();
  }

  void step(Input input) {
    node.step(input);
    collect();
  }

  void propose(int value) {
    step(new Input.Propose(value, new byte[] {(byte) value}));
  }

  /** Everything handed out so far is on disk. */
  void sync() {
    if (!unsynced.isEmpty()) {
      long sequence = unsynced.getLast().sequence();
      unsynced.clear();
      node.step(new Input.Persisted(sequence));
      collect();
    }
  }

  /** What was sent since the last call. */
  List<Ready.Outbound> take() {
    List<Ready.Outbound> taken = sent;
    sent = new ArrayList<>();
    return taken;
  }

  /** What was sent to this member since the last call; forgets the rest. */
  List<RaftMessage> takeTo(MemberId to) {
    return take().stream().filter(out -> out.to().equals(to)).map(Ready.Outbound::message).toList();
  }

  <T extends RaftMessage> Optional<T> takeTo(MemberId to, Class<T> type) {
    return takeTo(to).stream()
        .filter(type::isInstance)
        .map(type::cast)
        .reduce((_, second) -> second);
  }

  /** Lets the election timeout pass and the given members vote for the node. */
  void elect(MemberId... voters) {
    long deadline = now + 10_000;
    while (node.role() == RoleName.FOLLOWER && now < deadline) {
      tick(10);
    }
    for (MemberId voter : voters) {
      receive(voter, new RaftMessage.PreVoteResponse(node.term() + 1, true));
      if (node.role() == RoleName.CANDIDATE) {
        break;
      }
    }
    for (MemberId voter : voters) {
      receive(voter, new RaftMessage.VoteResponse(node.term(), true));
    }
  }

  RaftMessage.AppendEntries append(long term, LogId prev, long commit, LogEntry... entries) {
    return new RaftMessage.AppendEntries(term, prev, List.of(entries), commit, now);
  }

  List<Long> terms() {
    List<Long> terms = new ArrayList<>();
    for (long index = 1; index <= node.log().lastIndex(); index++) {
      terms.add(node.log().termAt(index));
    }
    return terms;
  }

  private void collect() {
    Ready ready = node.takeReady();
    sent.addAll(ready.messages());
    replies.addAll(ready.replies());
    reads.addAll(ready.reads());
    if (ready.write() != null) {
      unsynced.add(ready.write());
      if (syncsAtOnce) {
        sync();
      }
    }
  }
}
