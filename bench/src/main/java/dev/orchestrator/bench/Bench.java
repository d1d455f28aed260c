package dev.orchestrator.bench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures two libraries side by side. Both groups run all the time and are warm; slices of load
 * alternate between them, so that whatever else the machine does hits both alike. The table goes to
 * standard output, progress to standard error.
 */
final class Bench {
  private static final int FIRST_PORT = 21_000;
  private static final int PEER_PORT = 21_100;
  private static final int WARM_UP_IN_FLIGHT = 256;
  private static final Duration SYNC_LENGTH = Duration.ofMillis(300);

  private final Options options;
  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
  private final PrintStream progress =
      new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

  private Bench(Options options) {
    this.options = options;
  }

  public static void main(String[] arguments) throws Exception {
    new Bench(Options.parse(arguments)).run();
  }

  private void run() throws IOException, InterruptedException {
    Path folder = options.folder().toAbsolutePath();
    List<Cell> cells = new ArrayList<>();
    try (TestGroup ours = new TestGroup(options.ours(), FIRST_PORT, folder, options.oursOptions());
        TestGroup peer = new TestGroup(options.peer(), PEER_PORT, folder, List.of())) {
      for (int size : options.sizes()) {
        warmUp(ours, size);
        warmUp(peer, size);
        for (int inFlight : options.inFlight()) {
          cells.add(measure(ours, peer, size, inFlight));
        }
      }
    }
    out.println(Cell.HEADER);
    cells.forEach(cell -> out.println(cell.lines()));
  }

  private void warmUp(TestGroup group, int size) throws InterruptedException {
    Duration part = options.warmUp().dividedBy(2);
    Slice many = group.load(size, WARM_UP_IN_FLIGHT, part);
    Slice few = group.load(size, 1, part);
    progress.printf(
        "warm-up %d B: %,.0f entries/s, p50 of one in flight %,.0f µs%n",
        size, many.perSecond(), few.p50Micros());
  }

  private Cell measure(TestGroup ours, TestGroup peer, int size, int inFlight)
      throws IOException, InterruptedException {
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < options.pairs(); i++) {
      double syncs = SyncRate.measure(options.folder(), SYNC_LENGTH);
      boolean oursFirst = i % 2 == 0;
      Slice first = (oursFirst ? ours : peer).load(size, inFlight, options.slice());
      Slice second = (oursFirst ? peer : ours).load(size, inFlight, options.slice());
      Pair pair = new Pair(oursFirst ? first : second, oursFirst ? second : first, syncs);
      pairs.add(pair);
      progress.printf(
          "%d B, %d in flight: ours %,.0f/s p50 %,.0f µs, %s %,.0f/s p50 %,.0f µs, disk %,.0f syncs/s%n",
          size,
          inFlight,
          pair.ours().perSecond(),
          pair.ours().p50Micros(),
          options.peer().name(),
          pair.peer().perSecond(),
          pair.peer().p50Micros(),
          syncs);
    }
    return new Cell(options.peer().name(), size, inFlight, pairs);
  }
}
