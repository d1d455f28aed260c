package dev.orchestrator.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Keeps exactly k proposals under way in the leader's process: whoever completes one makes the
 * next, so that no thread of ours stands between. Thread-safe; one slice at a time.
 */
final class ClosedLoop {
  private static final long DRAIN_SECONDS = 30;

  private final Contender.Member member;
  private final byte[] command;
  private final Histogram latencies = new Histogram();
  private final LongAdder failures = new LongAdder();
  private final CountDownLatch running;
  private volatile boolean stopping;

  private ClosedLoop(Contender.Member member, int size, int inFlight) {
    this.member = member;
    this.command = new byte[size];
    new SplittableRandom(size).nextBytes(command);
    this.running = new CountDownLatch(inFlight);
  }

  /** Loads this member, which must lead, for this long. */
  static Slice run(Contender.Member member, int size, int inFlight, Duration length)
      throws InterruptedException {
    return new ClosedLoop(member, size, inFlight).run(inFlight, length);
  }

  /** CPU time of this process so far. */
  static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private Slice run(int inFlight, Duration length) throws InterruptedException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocatedBefore = threads.getTotalThreadAllocatedBytes();
    long startedAt = System.nanoTime();
    for (int i = 0; i < inFlight; i++) {
      new Slot().next();
    }
    // Ends early if every slot has failed.
    boolean over = running.await(length.toNanos(), TimeUnit.NANOSECONDS);
    stopping = true;
    if (!over && !running.await(DRAIN_SECONDS, TimeUnit.SECONDS)) {
      failures.increment();
    }
    long nanos = System.nanoTime() - startedAt;
    return new Slice(
        latencies.count(),
        nanos,
        failures.sum(),
        latencies.quantile(0.50),
        latencies.quantile(0.99),
        threads.getTotalThreadAllocatedBytes() - allocatedBefore,
        0);
  }

  private final class Slot implements Contender.End {
    private volatile long proposedAt;

    void next() {
      proposedAt = System.nanoTime();
      member.propose(command, this);
    }

    @Override
    public void applied() {
      latencies.record(System.nanoTime() - proposedAt);
      if (stopping) {
        running.countDown();
      } else {
        next();
      }
    }

    @Override
    public void failed(Throwable cause) {
      failures.increment();
      running.countDown();
    }
  }
}
