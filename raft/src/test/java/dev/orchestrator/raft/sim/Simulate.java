package dev.orchestrator.raft.sim;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The long form of the simulation; see scripts/raft-simulate. */
final class Simulate {
  private static final int BUCKET_MILLIS = 50;
  private static final int FAILOVERS = 2_000;

  private Simulate() {}

  public static void main(String[] args) throws InterruptedException {
    Map<String, Long> options = options(args);
    if (options.containsKey("--failovers")) {
      failovers();
      return;
    }
    if (options.containsKey("--wide-area")) {
      wideArea(options.get("--wide-area"));
      return;
    }
    long seeds = options.getOrDefault("--seeds", 20_000L);
    long from = options.getOrDefault("--from", 1L);
    long threads = options.getOrDefault("--threads", 2L);
    System.exit(storms(from, seeds, (int) threads) ? 0 : 1);
  }

  private static Map<String, Long> options(String[] args) {
    Map<String, Long> options = new TreeMap<>();
    for (int i = 0; i < args.length; i += 2) {
      options.put(args[i], i + 1 < args.length ? Long.parseLong(args[i + 1]) : 1L);
    }
    return options;
  }

  private static boolean storms(long from, long seeds, int threads) throws InterruptedException {
    AtomicLong next = new AtomicLong(from);
    LongAdder simulatedMillis = new LongAdder();
    LongAdder cpuNanos = new LongAdder();
    LongAdder done = new LongAdder();
    LongAdder traces = new LongAdder();
    NavigableMap<Long, String> failures = new ConcurrentSkipListMap<>();
    NavigableMap<String, LongAdder> happened = new ConcurrentSkipListMap<>();
    long began = System.nanoTime();
    List<Thread> workers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      workers.add(
          Thread.ofPlatform()
              .name("simulate-" + i)
              .start(
                  () -> {
                    for (long seed = next.getAndIncrement();
                        seed < from + seeds;
                        seed = next.getAndIncrement()) {
                      try {
                        SimCluster cluster = Storm.run(seed);
                        simulatedMillis.add(cluster.simulatedMillis());
                        traces.add(seed * cluster.traceHash()); // a sum knows no order of threads
                        cluster
                            .counts()
                            .forEach(
                                (what, count) ->
                                    happened
                                        .computeIfAbsent(what, _ -> new LongAdder())
                                        .add(count));
                      } catch (AssertionError e) {
                        failures.put(seed, String.valueOf(e.getMessage()));
                      }
                      done.increment();
                    }
                    cpuNanos.add(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
                  }));
    }
    for (Thread worker : workers) {
      worker.join();
    }
    double wallSeconds = (System.nanoTime() - began) / 1e9;
    double cpuSeconds = cpuNanos.sum() / 1e9;
    failures.forEach(
        (seed, message) ->
            System.out.println(
                "FAILED "
                    + message
                    + "\n  again: scripts/raft-simulate --from "
                    + seed
                    + " --seeds 1"));
    System.out.println("happened: " + happened);
    System.out.printf(
        "%d seeds, %d failed; %.0f seeds/s; %.0f simulated cluster-seconds, %.0f per CPU-second; traces"
            + " %016x%n",
        done.sum(),
        failures.size(),
        done.sum() / wallSeconds,
        simulatedMillis.sum() / 1e3,
        simulatedMillis.sum() / 1e3 / cpuSeconds,
        traces.sum());
    return failures.isEmpty();
  }

  /** How long a group of three by default timings is without a leader after it was killed. */
  private static void failovers() {
    Map<String, Boolean> ways = Map.of("its connections close", true, "nobody is told", false);
    new TreeMap<>(ways)
        .forEach(
            (way, closes) -> {
              List<Long> took = new ArrayList<>();
              for (long seed = 1; seed <= FAILOVERS; seed++) {
                took.add(failover(seed, closes));
              }
              print(way, took.stream().sorted().toList());
            });
  }

  /** Milliseconds from the death of a leader to the next election. */
  static long failover(long seed, boolean closesConnections) {
    SimFaults faults = closesConnections ? SimFaults.NONE : SimFaults.SILENT;
    SimCluster cluster = SimCluster.with(seed, 3, faults);
    Violation.unless(cluster.makesProgress(10_000), "seed %d: no leader", seed);
    cluster.runMillis(seed % 150);
    cluster.killLeader();
    int before = cluster.elections();
    long millis = 0;
    while (cluster.elections() == before) {
      cluster.runMillis(1);
      millis++;
      Violation.unless(millis < 10_000, "seed %d: no new leader", seed);
    }
    return millis;
  }

  private static void wideArea(long hours) {
    System.out.println("150 ms round trips, 2 % loss, a stall of 500 ms every 10 s");
    long needless = 0;
    for (long seed = 1; seed <= hours; seed++) {
      int elections = electionsInAWideAreaHour(seed);
      needless += elections;
      System.out.printf("hour %d: %d needless elections, %d so far%n", seed, elections, needless);
    }
  }

  /** Rule L3: elections that nobody needs, since nobody dies. */
  static int electionsInAWideAreaHour(long seed) {
    SimCluster cluster = SimCluster.with(seed, 3, SimFaults.WIDE_AREA);
    Violation.unless(cluster.makesProgress(20_000), "seed %d: no leader", seed);
    int before = cluster.elections();
    for (int second = 0; second < 3_600; second++) {
      if (second % 10 == 0) {
        cluster.pauseRandom(500);
      }
      cluster.proposeToLeaders();
      cluster.runMillis(1_000);
    }
    return cluster.elections() - before;
  }

  private static void print(String way, List<Long> sorted) {
    NavigableMap<Long, Integer> buckets = new TreeMap<>();
    sorted.forEach(millis -> buckets.merge(millis / BUCKET_MILLIS, 1, Integer::sum));
    System.out.printf(
        "a leader dies and %s: %d times, ms until the next one: median %d, 95%% %d, most %d%n",
        way,
        sorted.size(),
        sorted.get(sorted.size() / 2),
        sorted.get(sorted.size() * 95 / 100),
        sorted.getLast());
    buckets.forEach(
        (bucket, count) ->
            System.out.printf(
                "%5d ms %5d %s%n",
                bucket * BUCKET_MILLIS, count, "#".repeat(Math.max(1, count * 150 / FAILOVERS))));
  }
}
