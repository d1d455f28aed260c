package dev.orchestrator.raft.sim;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orchestrator.raft.core.Input;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogEntry;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.RaftLimits;
import dev.orchestrator.raft.core.RaftLog;
import dev.orchestrator.raft.core.RaftMessage;
import dev.orchestrator.raft.core.RaftNode;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.core.Ready;
import dev.orchestrator.raft.core.RoleName;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.core.SnapshotTask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A whole group in one thread: members, network, disks and clocks, all chance from one seed. The
 * invariants run after every step.
 */
public final class SimCluster {
  private static final int TICK_MICROS = 10_000;
  private static final long MAX_EVENTS = 2_000_000;

  /** Small, so that batches are cut, flow control bites and old entries are read from disk. */
  private static final RaftLimits LIMITS =
      new RaftLimits(160, 4, 800, 50, 4_000, 300, 100, 300, 20_000);

  private record Event(long atMicros, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(atMicros, other.atMicros);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final SplittableRandom random;
  private final RaftTimings timings = RaftTimings.DEFAULT;
  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final List<SimMember> members = new ArrayList<>();
  private final boolean[][] cut;
  private final Invariants invariants;
  private final List<Long> electedAtMicros = new ArrayList<>();
  private SimFaults faults;
  private long nowMicros;
  private long eventCount;
  private long eventOrder;
  private long traceHash = 17;
  private long nextValue;
  private long nextRead;
  private int transfers;
  private int changes;
  private int wipes;
  private int installed;
  private int losses;
  private int refetches;
  private int healed;
  private int full;
  private int cuts;
  private boolean storm = true;

  /** A group whose faults are drawn from the seed. */
  public static SimCluster stormy(long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    return new SimCluster(random, size, SimFaults.draw(random));
  }

  /** A group with these faults. */
  public static SimCluster with(long seed, int size, SimFaults faults) {
    return new SimCluster(new SplittableRandom(seed), size, faults);
  }

  private SimCluster(SplittableRandom random, int size, SimFaults faults) {
    this.random = random;
    this.faults = faults;
    this.cut = new boolean[size][size];
    for (int i = 0; i < size; i++) {
      members.add(new SimMember(new MemberId("n" + (i + 1), random.nextLong())));
    }
    this.invariants = new Invariants(members, timings, faults.sparesLeases());
    for (SimMember member : members) {
      member.clockRate = 1 + faults.clockDrift() * (2 * random.nextDouble() - 1);
      start(member);
    }
    List<MemberId> ids = members.stream().map(member -> member.id).toList();
    step(members.getFirst(), new Input.Bootstrap(new Membership("sim", ids)));
    long formed = members.getFirst().disk.syncOne(); // a crash now would only mean to begin again
    step(members.getFirst(), new Input.Persisted(formed));
    scheduleFaults();
  }

  /** Lets time pass. */
  public void runMillis(long millis) {
    long until = nowMicros + millis * 1_000;
    while (!events.isEmpty() && events.peek().atMicros() <= until) {
      runOne();
    }
    nowMicros = until;
  }

  private void runOne() {
    Event event = events.remove();
    nowMicros = event.atMicros();
    Violation.unless(++eventCount < MAX_EVENTS, "a storm of events that feeds itself");
    event.action().run();
  }

  /** Ends all faults: links, disks and members are well again, but for a wiped disk. */
  public void heal() {
    storm = false;
    faults = SimFaults.NONE;
    for (boolean[] row : cut) {
      Arrays.fill(row, false);
    }
    for (SimMember member : members) {
      member.pausedUntilMicros = 0;
      member.diskFullUntilMicros = 0;
      if (!member.isUp()) {
        start(member);
      }
    }
  }

  /** Whether, within this time, a new proposal is applied by every member that may vote. */
  public boolean makesProgress(long limitMillis) {
    return makesProgress(limitMillis, true);
  }

  /** Like {@link #makesProgress}, but who is down need not come along. */
  public boolean makesProgressWithoutTheDead(long limitMillis) {
    return makesProgress(limitMillis, false);
  }

  private boolean votersHaveApplied(long index, boolean alsoTheDead) {
    Membership now = invariants.committedMembership().membership();
    long whole =
        members.stream()
            .filter(member -> now.isVoter(member.id))
            .filter(member -> member.applied() >= index || (!alsoTheDead && !member.isUp()))
            .count();
    return now.isSettled() && whole == now.voters().size();
  }

  private boolean makesProgress(long limitMillis, boolean alsoTheDead) {
    long until = nowMicros + limitMillis * 1_000;
    long target = 0;
    long askAgainAt = Long.MAX_VALUE;
    while (nowMicros < until && !events.isEmpty()) {
      runOne();
      if (nowMicros > askAgainAt) {
        target = 0; // its leader may have been deposed by a message still on the way
      }
      if (target == 0) {
        askAgainAt = nowMicros + 2_000_000;
        target = members.stream().mapToLong(this::proposeIfReady).max().orElse(0);
      } else {
        long wanted = target;
        if (votersHaveApplied(wanted, alsoTheDead)) {
          return true;
        }
      }
    }
    return false;
  }

  private long proposeIfReady(SimMember member) {
    if (!member.isUp() || !member.leaderCheck(nowMicros, timings)) {
      return 0;
    }
    propose(member);
    return member.node.log().lastIndex();
  }

  /** Proposes to every member that believes it leads, as many clients would. */
  public void proposeToLeaders() {
    for (SimMember member : members) {
      if (member.isUp() && member.node.role() == RoleName.LEADER && !member.isPaused(nowMicros)) {
        propose(member);
      }
    }
  }

  /** Asks every member that believes it leads for a read, as many clients would. */
  public void readFromLeaders() {
    for (SimMember member : members) {
      if (member.isUp() && member.node.role() == RoleName.LEADER && !member.isPaused(nowMicros)) {
        long token = nextRead++;
        invariants.onReadAsked(token);
        step(member, new Input.Read(token));
      }
    }
  }

  /** Has whoever leads hand over to the member that has most. */
  public void transferLeadership() {
    transferLeadership(null);
  }

  private void transferToAnybody() {
    transferLeadership(random.nextBoolean() ? anyMember().id : null);
  }

  private void transferLeadership(MemberId to) {
    for (SimMember member : members) {
      if (member.isUp() && member.node.role() == RoleName.LEADER && !member.isPaused(nowMicros)) {
        step(member, new Input.TransferLeadership(to, 100 + random.nextInt(2_000)));
      }
    }
  }

  /** Number of changes of the membership that were begun by hand. */
  public int changes() {
    return changes;
  }

  /** What happened how often. */
  public Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    counts.put("answered", answered());
    counts.put("committed", committed());
    counts.put("elected", (long) elections());
    counts.put("handed over", (long) transfers);
    counts.put("disks full", (long) full);
    counts.put("logs cut", (long) cuts);
    counts.put("logs damaged", (long) healed);
    counts.put("members changed", (long) changes);
    counts.put("read", read());
    counts.put("snapshots installed", (long) installed);
    counts.put("states lost", (long) losses);
    counts.put("states suspected", (long) refetches);
    counts.put("wiped", (long) wipes);
    return counts;
  }

  /** Simulated time so far. */
  public long simulatedMillis() {
    return nowMicros / 1_000;
  }

  /** Number of disks lost. */
  public int wipes() {
    return wipes;
  }

  /** Whether every member, as it is now, is a voter of the committed membership. */
  public boolean allAreVoters() {
    Membership now = invariants.committedMembership().membership();
    return now.isSettled() && members.stream().allMatch(member -> now.isVoter(member.id));
  }

  /** The disk of this member is lost. */
  public void wipe(long member) {
    wipe(members.get((int) member));
  }

  /** Number of reads answered. */
  public long read() {
    return invariants.readCount();
  }

  /** Number of leaders that stepped down in favour of a successor. */
  public int transfers() {
    return transfers;
  }

  /** Number of entries committed so far. */
  public long committed() {
    return invariants.committedCount();
  }

  /** Number of proposals whose application a client was told. */
  public long answered() {
    return invariants.answeredCount();
  }

  /** How often a member became leader. */
  public int elections() {
    return electedAtMicros.size();
  }

  /** A number that differs as soon as one event differs. */
  public long traceHash() {
    return traceHash;
  }

  /** Stops the process of the current leader for good; its connections close at once. */
  public void killLeader() {
    for (SimMember member : members) {
      if (member.isUp() && member.leaderCheck(nowMicros, timings)) {
        crash(member, 0);
        return;
      }
    }
    throw new Violation("nobody leads");
  }

  /** Stops every process for this long, one after the other, each time another one. */
  public void pauseRandom(long millis) {
    SimMember member = members.get(random.nextInt(members.size()));
    member.pausedUntilMicros = nowMicros + millis * 1_000;
  }

  /** What the members look like, for the message of a failed test. */
  public String describe() {
    StringBuilder text = new StringBuilder("at " + nowMicros / 1_000 + " ms");
    for (SimMember member : members) {
      text.append("\n  ").append(member.id);
      if (member.isUp()) {
        RaftNode node = member.node;
        text.append(" ").append(node.role()).append(" term=").append(node.term());
        text.append(" last=").append(node.log().lastId()).append(" commit=");
        text.append(node.commitIndex()).append(" applied=").append(member.applied());
        text.append(" first=").append(node.log().firstIndex());
        text.append(node.isStateFit() ? " " : " state unfit ").append(member.state.applied());
        text.append(" ").append(node.membership()).append(" ").append(node.snapshotProgress());
      } else {
        text.append(" down");
      }
    }
    return text.toString();
  }

  // Members

  private void start(SimMember member) {
    member.life++;
    member.spooling = false;
    RaftLog log = new RaftLog(member.disk, LIMITS.cacheBytes(), member.disk.lastIncluded());
    try {
      member.disk.load(log::restore);
    } catch (SimDisk.Damaged e) {
      beginAnew(member);
      log = new RaftLog(member.disk, LIMITS.cacheBytes());
    }
    member.unanswered.clear();
    member.confirmedReads.clear();
    member.node =
        new RaftNode(
            member.id,
            timings,
            LIMITS,
            member.disk.hardState(),
            log,
            member.state.applied(),
            member.clockMillis(nowMicros),
            random.nextLong());
    invariants.onStart(member);
    tickLater(member, member.life, random.nextInt(TICK_MICROS));
  }

  private void tickLater(SimMember member, int life, long delayMicros) {
    at(
        delayMicros,
        () -> {
          if (member.life == life && member.isUp()) {
            if (!member.isPaused(nowMicros)) {
              step(member, null);
              swapIn(member);
            }
            tickLater(member, life, TICK_MICROS);
          }
        });
  }

  /** A member whose log is damaged keeps its state, and is somebody else from now on (rule I5). */
  private void beginAnew(SimMember member) {
    healed++;
    member.disk = new SimDisk();
    member.id = new MemberId(member.id.name(), random.nextLong());
    member.disks.put(member.id, member.disk);
    member.snapshots = new SimSnapshots();
  }

  private void crash(SimMember member, int survivingWrites) {
    member.life++;
    member.node = null;
    member.disk.crash(survivingWrites);
    member.snapshots.crash(random.nextInt(2_000));
    if (random.nextDouble() < faults.powerCutRate()) {
      loseUnsyncedState(member);
    }
    for (SimMember other : members) {
      if (random.nextDouble() < faults.peerLostRate()) {
        deliver(other, new Input.PeerLost(member.id), 1 + random.nextInt(5_000));
      }
    }
  }

  private void crashAndRestart(SimMember member, long downMillis) {
    if (!member.isUp()) {
      return;
    }
    crash(member, random.nextInt(member.disk.waiting() + 1));
    int life = member.life;
    at(
        downMillis * 1_000,
        () -> {
          if (member.life == life && !member.isUp()) {
            start(member);
          }
        });
  }

  private void wipe(SimMember member) {
    if (member.isUp()) {
      crash(member, 0);
    }
    wipes++;
    member.disk = new SimDisk();
    member.id = new MemberId(member.id.name(), random.nextLong());
    member.disks.put(member.id, member.disk);
    member.snapshots = new SimSnapshots();
    member.state = SimState.EMPTY;
    syncState(member);
    start(member);
  }

  // State

  private static void syncState(SimMember member) {
    member.durableState = member.state;
    member.restoredSinceSync = false;
  }

  /** After a power cut the state is any that it was since it was synced. */
  private void loseUnsyncedState(SimMember member) {
    long durable = member.durableState.applied().index();
    if (member.restoredSinceSync) {
      member.state = random.nextBoolean() ? member.state : member.durableState;
    } else if (durable < member.applied()) {
      long index = durable + random.nextLong(member.applied() - durable + 1);
      member.state = invariants.stateAt(index);
    }
    syncState(member);
  }

  /** The database alone is emptied, or replaced by a copy of another one or an old one. */
  private void loseState() {
    SimMember member = anyMember();
    SimMember other = anyMember();
    if (!isWhole() || invariants.committedMembership().membership().voters().size() < 2) {
      return; // somebody must have the state
    }
    if (member.isUp()) {
      crash(member, random.nextInt(member.disk.waiting() + 1));
    }
    losses++;
    member.state =
        switch (random.nextInt(3)) {
          case 0 -> SimState.EMPTY;
          case 1 -> other.state;
          default -> invariants.stateAt(random.nextLong(member.applied() + 1));
        };
    syncState(member);
    start(member);
  }

  /** A member has found its state to be wrong; it may still lead when it is the only one. */
  private void refetchState() {
    SimMember member = anyMember();
    if (member.isUp() && !member.isPaused(nowMicros)) {
      boolean fit = member.node.isStateFit();
      step(member, new Input.RefetchState());
      refetches += fit && member.isUp() && !member.node.isStateFit() ? 1 : 0;
    }
  }

  private boolean allStatesFit() {
    return members.stream().allMatch(member -> member.isUp() && member.node.isStateFit());
  }

  private void compact() {
    SimMember member = anyMember();
    if (member.isUp() && !member.isPaused(nowMicros) && !member.spooling) {
      syncState(member);
      step(member, new Input.Compact(member.applied() - random.nextInt(20)));
    }
  }

  private void carryOut(SimMember member, SnapshotTask task) {
    switch (task) {
      case SnapshotTask.SendChunk part -> {
        if (member.snapshots.has(part.snapshot())) {
          RaftMessage message = part.with(member.snapshots.read(part));
          send(member, new Ready.Outbound(part.to(), message));
        } else {
          deliver(member, new Input.SnapshotSpooled(null), 0);
        }
      }
      case SnapshotTask.StoreChunk part ->
          ofThisLife(
              member,
              random.nextInt(2_000),
              () -> deliver(member, member.snapshots.store(part), 0));
      case SnapshotTask.Install(SnapshotInfo snapshot) ->
          ofThisLife(member, random.nextInt(50_000), () -> install(member, snapshot));
    }
  }

  /** Replaces the state; that the node learns of it later is where a crash may come between. */
  private void install(SimMember member, SnapshotInfo snapshot) {
    byte[] image = member.snapshots.open(snapshot);
    boolean done = image != null && random.nextDouble() >= faults.snapshotFailRate();
    if (done) {
      member.state = SimState.of(image);
      member.restoredSinceSync = true;
      member.unanswered.keySet().removeIf(index -> index <= member.applied());
      invariants.stateIsTrue(member.id, member.state);
      installed++;
    }
    ofThisLife(
        member,
        random.nextInt(5_000),
        () -> {
          if (done) {
            syncState(member);
          }
          deliver(member, new Input.SnapshotInstalled(snapshot, done), 0);
          member.snapshots.discardReceived();
        });
  }

  private void maybeSpool(SimMember member) {
    boolean wanted =
        member.node.wantedSnapshot().filter(from -> from <= member.applied()).isPresent();
    if (!wanted || member.spooling) {
      return;
    }
    member.spooling = true;
    SimState state = member.state;
    LastIncluded place = member.node.log().lastIncludedAt(state.applied().index());
    ofThisLife(
        member,
        random.nextInt(30_000),
        () -> {
          SnapshotInfo snapshot = member.snapshots.spool(place, state.image());
          if (random.nextDouble() < faults.snapshotFailRate()) {
            member.snapshots.damageSpool(random.nextInt(10_000));
          }
          member.spooling = false;
          deliver(member, new Input.SnapshotSpooled(snapshot), 0);
        });
  }

  /** Something a process does later, unless it dies before. */
  private void ofThisLife(SimMember member, long delayMicros, Runnable action) {
    int life = member.life;
    at(
        delayMicros,
        () -> {
          if (member.life == life && member.isUp()) {
            action.run();
          }
        });
  }

  /** One turn of a member's loop: the time, then what came in, then the work it leads to. */
  private void step(SimMember member, Input input) {
    try {
      turn(member, input);
    } catch (SimDisk.Damaged e) {
      stopAndRestart(member); // whoever cannot read its log votes no more
    }
  }

  private void stopAndRestart(SimMember member) {
    if (storm) {
      crashAndRestart(member, random.nextInt(500));
    } else {
      crash(member, 0);
      start(member);
    }
  }

  private void turn(SimMember member, Input input) {
    RaftNode node = member.node;
    RoleName before = node.role();
    node.step(new Input.Tick(member.clockMillis(nowMicros)));
    if (input != null) {
      node.step(input);
    }
    Ready ready = node.takeReady();
    invariants.afterStep(member, ready, nowMicros);
    if (before != RoleName.LEADER && node.role() == RoleName.LEADER) {
      electedAtMicros.add(nowMicros);
    }
    trace(member, input);
    ready.replies().forEach(reply -> onReply(member, reply));
    ready.reads().forEach(answer -> onReadAnswer(member, answer));
    if (ready.write() != null && ready.write().cutTo() != null) {
      cuts++;
    }
    if (ready.write() != null) {
      if (nowMicros < member.diskFullUntilMicros) {
        full++;
        crash(member, 0);
        ofLife(member, member.diskFullUntilMicros - nowMicros, () -> start(member));
        return; // before anything of this turn has left
      }
      write(member, ready.write());
    }
    ready.messages().forEach(message -> send(member, message));
    ready.snapshots().forEach(task -> carryOut(member, task));
    applyCommitted(member);
    answerReads(member);
    maybeSpool(member);
  }

  /** Something that happens to a member that is down, unless it was started before. */
  private void ofLife(SimMember member, long delayMicros, Runnable action) {
    int life = member.life;
    at(
        delayMicros,
        () -> {
          if (member.life == life && !member.isUp()) {
            action.run();
          }
        });
  }

  private void onReply(SimMember member, Ready.Reply reply) {
    if (reply instanceof Ready.Reply.Appended(long token, var id)) {
      member.unanswered.put(
          id.index(), new SimMember.Asked(token, new LogEntry.Command(id, value(token))));
    }
  }

  private static void onReadAnswer(SimMember member, Ready.ReadAnswer answer) {
    if (answer instanceof Ready.ReadAnswer.Confirmed(long token, long index)) {
      member.confirmedReads.put(token, index);
    }
  }

  private void answerReads(SimMember member) {
    Iterator<Map.Entry<Long, Long>> reads = member.confirmedReads.entrySet().iterator();
    while (reads.hasNext()) {
      Map.Entry<Long, Long> read = reads.next();
      if (read.getValue() <= member.applied()) {
        invariants.onRead(member, read.getKey());
        reads.remove();
      }
    }
  }

  private void applyCommitted(SimMember member) {
    List<LogEntry> entries = member.node.takeCommitted(200);
    while (!entries.isEmpty()) {
      for (LogEntry entry : entries) {
        invariants.onApplied(member, entry);
        member.state = member.state.after(entry);
        SimMember.Asked asked = member.unanswered.remove(entry.index());
        if (asked != null && asked.entry().id().equals(entry.id())) {
          invariants.onAnswered(asked.token(), asked.entry(), entry);
        }
      }
      entries = member.node.takeCommitted(200);
    }
  }

  private void propose(SimMember member) {
    long token = nextValue++;
    invariants.onProposed(token);
    step(member, new Input.Propose(token, value(token)));
  }

  private static byte[] value(long token) {
    return ("value " + token).getBytes(UTF_8);
  }

  // Disk

  private void write(SimMember member, Ready.Write write) {
    member.disk.submit(write);
    long syncMicros = random.nextInt(1_000 * faults.maxSyncMillis());
    if (random.nextDouble() < faults.slowSyncRate()) {
      syncMicros += random.nextInt(1_500_000);
    }
    int life = member.life;
    at(syncMicros, () -> syncUpTo(member, life, write.sequence()));
    if (storm && write.hardState() != null && random.nextDouble() < faults.crashOnVoteRate()) {
      at(
          random.nextInt(8_000),
          () -> {
            if (member.life == life) {
              crashAndRestart(member, random.nextInt(20));
            }
          });
    }
  }

  /** Writes become durable in order, whatever their own sync took. */
  private void syncUpTo(SimMember member, int life, long sequence) {
    if (member.life != life || member.disk.waiting() == 0) {
      return;
    }
    long done = member.disk.syncOne();
    while (done < sequence && member.disk.waiting() > 0) {
      done = member.disk.syncOne();
    }
    deliver(member, new Input.Persisted(done), 0);
  }

  // Network

  private void send(SimMember from, Ready.Outbound outbound) {
    if (outbound.message() instanceof RaftMessage.TimeoutNow) {
      transfers++;
    }
    for (int i = 0; i < members.size(); i++) {
      SimMember to = members.get(i);
      if (to.id.equals(outbound.to()) && to != from) {
        boolean lost = cut[members.indexOf(from)][i] || random.nextDouble() < faults.lossRate();
        if (!lost) {
          transmit(from.id, to, outbound.message());
        }
        if (random.nextDouble() < faults.duplicateRate()) {
          transmit(from.id, to, outbound.message());
        }
      }
    }
  }

  private void transmit(MemberId from, SimMember to, RaftMessage message) {
    long delay =
        1_000L * faults.minDelayMillis()
            + random.nextInt(1_000 * (faults.maxDelayMillis() - faults.minDelayMillis()));
    if (random.nextDouble() < faults.longDelayRate()) {
      delay += random.nextInt(2_000_000);
    }
    MemberId toId = to.id;
    at(
        delay,
        () -> {
          if (to.id.equals(toId)) {
            deliver(to, new Input.Receive(from, message), 0);
          }
        });
  }

  /** Hands over once the member runs; one that is down never gets it. */
  private void deliver(SimMember member, Input input, long delayMicros) {
    int life = member.life;
    boolean ofThisLife = !(input instanceof Input.Receive || input instanceof Input.PeerLost);
    at(
        delayMicros,
        () -> {
          if (!member.isUp() || (ofThisLife && member.life != life)) {
            return;
          }
          if (member.isPaused(nowMicros)) {
            deliver(member, input, member.pausedUntilMicros - nowMicros);
            return;
          }
          step(member, input);
        });
  }

  // Faults

  private void scheduleFaults() {
    repeat(faults.partitionEveryMillis(), this::cutLinks);
    repeat(
        faults.crashEveryMillis(),
        () -> crashAndRestart(anyMember(), random.nextInt(random.nextBoolean() ? 20 : 2_000)));
    repeat(faults.pauseEveryMillis(), () -> pauseRandom(random.nextInt(1_500)));
    repeat(faults.closeEveryMillis(), this::closeConnection);
    repeat(faults.transferEveryMillis(), this::transferToAnybody);
    repeat(faults.changeEveryMillis(), this::changeMembers);
    repeat(faults.wipeEveryMillis(), this::wipeIfBearable);
    repeat(faults.compactEveryMillis(), this::compact);
    repeat(faults.stateLossEveryMillis(), this::loseState);
    repeat(faults.diskFullEveryMillis(), this::fillDisk);
    repeat(faults.flipEveryMillis(), this::flipIfBearable);
    repeat(faults.jumpEveryMillis(), this::jumpClock);
    repeat(faults.refetchEveryMillis(), this::refetchState);
  }

  /** Whether losing one disk loses nothing: all voters are whole, and nothing is on the way. */
  private boolean isWhole() {
    if (invariants.committedCount() == 0) {
      return false;
    }
    LogEntry.MembershipChange newest = invariants.committedMembership();
    List<MemberId> voters = newest.membership().voters();
    List<MemberId> present = members.stream().map(member -> member.id).toList();
    boolean settled = newest.membership().isSettled() && present.containsAll(voters);
    return settled
        && members.stream().noneMatch(member -> member.disk.isFlipped())
        && allStatesFit()
        && members.stream().allMatch(member -> member.knowsNoChangeBehind(newest));
  }

  private void fillDisk() {
    anyMember().diskFullUntilMicros = nowMicros + random.nextInt(1_000_000);
  }

  private void flipIfBearable() {
    if (isWhole() && invariants.committedMembership().membership().voters().size() >= 3) {
      anyMember().disk.flip(random.nextInt(1_000_000), random.nextInt(10_000));
    }
  }

  private void jumpClock() {
    anyMember().clockOffsetMicros += random.nextInt(6_000_000) - 3_000_000;
  }

  private void wipeIfBearable() {
    if (isWhole() && invariants.committedMembership().membership().voters().size() >= 3) {
      wipe(anyMember());
    }
  }

  private void changeMembers() {
    SimMember subject = anyMember();
    for (SimMember member : members) {
      if (member.isUp()
          && !member.isPaused(nowMicros)
          && member.node.takesMembershipChange()
          && isWhole()) {
        changes++;
        boolean in = member.node.membership().orElseThrow().isVoter(subject.id);
        step(
            member,
            in ? new Input.RemoveMember(subject.id.name()) : new Input.AddMember(subject.id));
      }
    }
  }

  /** As the driver does: members that come back without their log are swapped in (rule I5). */
  private void swapIn(SimMember leader) {
    if (!leader.isUp() || !leader.node.takesMembershipChange()) {
      return;
    }
    int from = members.indexOf(leader);
    List<MemberId> connected = new ArrayList<>();
    for (int to = 0; to < members.size(); to++) {
      if (to != from && members.get(to).isUp() && !cut[from][to] && !cut[to][from]) {
        connected.add(members.get(to).id);
      }
    }
    leader
        .node
        .membership()
        .flatMap(now -> now.replacement(connected))
        .ifPresent(member -> step(leader, new Input.AddMember(member)));
  }

  private void repeat(int meanMillis, Runnable action) {
    if (meanMillis == 0) {
      return;
    }
    at(
        1 + random.nextInt(2_000 * meanMillis),
        () -> {
          if (storm) {
            action.run();
            repeat(meanMillis, action);
          }
        });
  }

  private SimMember anyMember() {
    return members.get(random.nextInt(members.size()));
  }

  /** Cuts nothing, the links between two sides, or single directions. */
  private void cutLinks() {
    int kind = random.nextInt(3);
    int side = random.nextInt(1 << members.size());
    for (int i = 0; i < members.size(); i++) {
      for (int j = 0; j < members.size(); j++) {
        boolean apart = ((side >> i) & 1) != ((side >> j) & 1);
        cut[i][j] =
            switch (kind) {
              case 0 -> false;
              case 1 -> apart;
              default -> random.nextInt(3) == 0;
            };
      }
    }
  }

  private void closeConnection() {
    SimMember one = anyMember();
    SimMember other = anyMember();
    if (one.isUp() && other.isUp() && one != other) {
      deliver(one, new Input.PeerLost(other.id), random.nextInt(5_000));
      deliver(other, new Input.PeerLost(one.id), random.nextInt(5_000));
    }
  }

  private void at(long delayMicros, Runnable action) {
    events.add(new Event(nowMicros + delayMicros, eventOrder++, action));
  }

  private void trace(SimMember member, Input input) {
    RaftNode node = member.node;
    long kind = input == null ? 0 : input.getClass().getSimpleName().hashCode();
    long what =
        31 * (31 * (31 * (31 * kind + node.term()) + node.log().lastIndex()) + node.commitIndex())
            + node.role().name().hashCode();
    traceHash = 31 * (31 * traceHash + nowMicros) + 31 * what + member.id.hashCode();
  }
}
