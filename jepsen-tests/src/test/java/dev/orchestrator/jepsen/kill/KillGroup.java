package dev.orchestrator.jepsen.kill;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Three members as processes, on 127.0.78.1 to 3. Confined to one thread. */
final class KillGroup implements AutoCloseable {
  static final int MEMBERS = 3;
  private static final long LIMIT_MILLIS = 180_000;
  private static final long COMMIT_MILLIS = 1_000;
  private static final long PAUSE_NANOS = 1_000_000;

  final BitSet acknowledged = new BitSet();
  private final Path folder;
  private final List<String> addresses = new ArrayList<>();
  private final List<KillProcess> members = new ArrayList<>();

  KillGroup(Path folder) throws IOException {
    this.folder = folder;
    for (int i = 1; i <= MEMBERS; i++) {
      String host = "127.0.78." + i;
      try (var socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
        addresses.add(host + ":" + socket.getLocalPort());
      }
    }
    for (int i = 0; i < MEMBERS; i++) {
      members.add(launch(i));
    }
  }

  private KillProcess launch(int index) throws IOException {
    return new KillProcess(index, addresses, folder, acknowledged);
  }

  KillProcess member(int index) {
    return members.get(index);
  }

  /** Waits until it can be asked. */
  void awaitStarted(int index) throws InterruptedException {
    members.get(index).await("started", LIMIT_MILLIS);
  }

  /** Starts a member again in its own folder; it may not have come up yet. */
  void restart(int index) throws IOException, InterruptedException {
    members.get(index).awaitEnd();
    members.set(index, launch(index));
  }

  /** Asks these members until one says that it leads, as leader-check understands it. */
  int awaitLeader(List<Integer> among) throws InterruptedException {
    long until = deadline();
    while (System.nanoTime() < until) {
      for (int index : among) {
        if (members.get(index).status().leads()) {
          return index;
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    throw new IllegalStateException("no leader within " + LIMIT_MILLIS + " ms");
  }

  int acknowledgedCount() {
    synchronized (acknowledged) {
      return acknowledged.cardinality();
    }
  }

  int nextNumber() {
    synchronized (acknowledged) {
      return acknowledged.length();
    }
  }

  /** Waits until this many numbers are acknowledged; false if that takes too long. */
  boolean awaitAcknowledged(int count, long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (acknowledged) {
      while (acknowledged.cardinality() < count) {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        acknowledged.wait(left);
      }
    }
    return true;
  }

  /**
   * Has the leader of the moment commit a number, another one at each try: what became of a number
   * that was not acknowledged is not known.
   *
   * @return the first number not used
   */
  int commit(int first) throws InterruptedException {
    int number = first;
    for (long until = deadline(); System.nanoTime() < until; number++) {
      members.get(awaitLeader(List.of(0, 1, 2))).order("propose " + number);
      if (awaitAcknowledgement(number)) {
        return number + 1;
      }
    }
    throw new IllegalStateException("nothing is committed within " + LIMIT_MILLIS + " ms");
  }

  private boolean awaitAcknowledgement(int number) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(COMMIT_MILLIS);
    synchronized (acknowledged) {
      while (!acknowledged.get(number)) {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        acknowledged.wait(left);
      }
      return true;
    }
  }

  static void await(BooleanSupplier condition) {
    long until = deadline();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new IllegalStateException("did not come true within " + LIMIT_MILLIS + " ms");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private static long deadline() {
    return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MILLIS);
  }

  @Override
  public void close() {
    members.forEach(KillProcess::kill9);
  }
}
