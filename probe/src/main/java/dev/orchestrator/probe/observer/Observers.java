package dev.orchestrator.probe.observer;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.discovery.DiscoveryLoop;
import dev.orchestrator.probe.topology.Topology;
import dev.orchestrator.store.model.Instance;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicaThreadState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges with the other members what each sees of sources that fail, and judges by it (rule
 * A10). Every member tells every other one: ten times a second while something fails, else once a
 * second that it is there and how much of the fleet it sees. Thread-safe; one thread, {@code
 * observers}.
 */
public final class Observers implements Jury, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Observers.class);

  /** Distance of reports while something fails. */
  private static final Duration SUSPICION_DISTANCE = Duration.ofMillis(100);

  /** Replicas of what is doubted are looked at this often, more costs more than it tells. */
  private static final Duration WITNESS_DISTANCE = Duration.ofMillis(300);

  /** Reports keep this distance, however much there is to tell. */
  private static final Duration LEAST_DISTANCE = Duration.ofMillis(40);

  private static final Duration IDLE_DISTANCE = Duration.ofSeconds(1);
  private static final Duration END_WITHIN = Duration.ofSeconds(5);

  private final AgreementPolicy policy;
  private final ObserverLink link;
  private final DiscoveryLoop discovery;
  private final Lookout lookout;
  private final Map<String, Received> received = new ConcurrentHashMap<>();
  private final BlockingQueue<Boolean> wakeUps = new ArrayBlockingQueue<>(1);
  private @Nullable Thread thread;
  private volatile boolean closed;

  private record Received(Report report, long atNanos) {}

  public Observers(AgreementPolicy policy, ObserverLink link, DiscoveryLoop discovery) {
    this.policy = policy;
    this.link = link;
    this.discovery = discovery;
    this.lookout = new Lookout(discovery::track);
    link.onNote(this::take);
    discovery.onChange(_ -> wakeUp());
  }

  /** Begins to tell the others. */
  public void start() {
    thread = Thread.ofPlatform().daemon().name("observers").start(this::run);
  }

  private void wakeUp() {
    // One waiting wake-up is as good as many.
    var _ = wakeUps.offer(Boolean.TRUE);
  }

  private void run() {
    while (!closed) {
      try {
        Report report = lookout.report(discovery.topology(), System.nanoTime());
        tell(report);
        boolean quiet = report.sightings().isEmpty() && report.asked().isEmpty();
        TimeUnit.NANOSECONDS.sleep(LEAST_DISTANCE.toNanos());
        long wait = (quiet ? IDLE_DISTANCE : SUSPICION_DISTANCE.minus(LEAST_DISTANCE)).toNanos();
        var _ = wakeUps.poll(wait, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        return; // only close() interrupts
      } catch (RuntimeException e) {
        LOG.error("a report failed; the next one follows", e);
      }
    }
  }

  private void tell(Report report) {
    byte[] note = ReportCodec.encode(report);
    for (String voter : link.voters()) {
      if (!voter.equals(link.self())) {
        link.tell(voter, note);
      }
    }
  }

  private void take(String member, byte[] note) {
    List<String> voters = link.voters();
    if (!voters.contains(member)) {
      return;
    }
    Report report = ReportCodec.decode(note);
    received.keySet().retainAll(voters);
    received.put(member, new Received(report, System.nanoTime()));
    lookout.asked(report.asked(), System.nanoTime());
    visit(report.asked());
  }

  /** What others doubt is looked at here too, with its replicas. */
  private void visit(List<InstanceKey> asked) {
    if (asked.isEmpty()) {
      return;
    }
    Topology topology = discovery.topology();
    long now = System.nanoTime();
    Set<InstanceKey> wanted = new TreeSet<>();
    for (InstanceKey key : asked) {
      if (topology.find(key).isPresent()) {
        addUnlessSeen(key, now - SUSPICION_DISTANCE.toNanos(), wanted);
        for (Instance replica : topology.replicasOf(key)) {
          addUnlessSeen(replica.key(), now - WITNESS_DISTANCE.toNanos(), wanted);
        }
      }
    }
    if (!wanted.isEmpty()) {
      discovery.hurry(wanted);
      wakeUp();
    }
  }

  private void addUnlessSeen(InstanceKey key, long sinceNanos, Set<InstanceKey> wanted) {
    if (!discovery.track(key).finishedOneSince(sinceNanos)) {
      wanted.add(key);
    }
  }

  @Override
  public Verdict judge(Analysis analysis, Duration lasting) {
    long now = System.nanoTime();
    InstanceKey source = analysis.instance().key();
    lookout.asked(List.of(source), now); // the others are asked with the next report
    Map<String, Ballot.Heard> heard = new HashMap<>();
    received.forEach(
        (voter, note) ->
            heard.put(
                voter,
                new Ballot.Heard(
                    note.report(), TimeUnit.NANOSECONDS.toMillis(now - note.atNanos()))));
    heard.put(link.self(), new Ballot.Heard(lookout.report(discovery.topology(), now), 0));
    return Agreement.decide(
        policy,
        new Ballot(
            source,
            link.self(),
            link.voters(),
            heard,
            lasting.toMillis(),
            disconnected(analysis),
            !Jury.aboutReachOnly(analysis)));
  }

  /** The judgement waits until each of its replicas was visited since the failure began. */
  private static Set<InstanceKey> disconnected(Analysis analysis) {
    Set<InstanceKey> keys = new TreeSet<>();
    for (Instance replica : analysis.replicas()) {
      boolean connected = replica.replication().receiver() == ReplicaThreadState.RUNNING;
      if (replica.check().lastCheckValid() && !connected) {
        keys.add(replica.key());
      }
    }
    return keys;
  }

  @Override
  public void close() {
    closed = true;
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      try {
        var _ = running.join(END_WITHIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
