package dev.orchestrator.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Three processes of one library on loopback. Confined to one thread. */
final class TestGroup implements AutoCloseable {
  private static final int MEMBERS = 3;
  private static final long ANSWER_MILLIS = 10_000;
  private static final long LEADER_MILLIS = 180_000;
  private static final int TRIES = 5;

  private final Library library;
  private final List<NodeProcess> members = new ArrayList<>();

  TestGroup(Library library, int firstPort, Path folder, List<String> options) throws IOException {
    this.library = library;
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) {
      addresses.add("127.0.0.1:" + (firstPort + i));
    }
    for (int i = 0; i < MEMBERS; i++) {
      members.add(NodeProcess.start(library, i, addresses, folder, options));
    }
  }

  /** A slice without a failure; a change of leaders spoils one, so it is tried again. */
  Slice load(int size, int inFlight, Duration length) throws InterruptedException {
    for (int i = 0; i < TRIES; i++) {
      NodeProcess leader = leader();
      long cpuBefore = cpuNanos();
      String answer =
          leader.ask(
              "load " + size + " " + inFlight + " " + length.toMillis(),
              length.toMillis() + 60_000);
      Slice slice = Slice.parse(Objects.requireNonNull(answer, () -> leader + " did not answer"));
      if (!slice.isVoid()) {
        return slice.withCpu(cpuNanos() - cpuBefore);
      }
    }
    throw new IllegalStateException(library.name() + " fails in every slice");
  }

  private long cpuNanos() throws InterruptedException {
    long sum = 0;
    for (NodeProcess member : members) {
      String answer = member.ask("cpu", ANSWER_MILLIS);
      sum += Long.parseLong(Objects.requireNonNull(answer, () -> member + " did not answer"));
    }
    return sum;
  }

  private NodeProcess leader() throws InterruptedException {
    long until = System.nanoTime() + LEADER_MILLIS * 1_000_000;
    while (System.nanoTime() < until) {
      for (NodeProcess member : members) {
        if (!member.isAlive()) {
          throw new IllegalStateException(member + " has ended; see its log");
        }
        if ("yes".equals(member.ask("leads", ANSWER_MILLIS))) {
          return member;
        }
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException(library.name() + " has no leader");
  }

  @Override
  public void close() {
    members.forEach(NodeProcess::close);
  }
}
