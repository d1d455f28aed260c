package dev.orchestrator.jepsen.kill;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orchestrator.raft.group.RaftConfig;
import dev.orchestrator.raft.group.RaftGroup;
import dev.orchestrator.store.log.RocksLogStorage;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One member in a process of its own: {@code KillNode INDEX FOLDER ADDRESS...}. Takes orders on
 * standard input, one a line; says each acknowledged number as {@code ack N} at once. SIGTERM
 * closes it in order.
 *
 * <ul>
 *   <li>{@code status}: {@code status LEADS INDEX HASH REPEATED}
 *   <li>{@code load FIRST IN_FLIGHT BYTES}: proposes FIRST, FIRST + 1, ... until one fails, at most
 *       10,000
 *   <li>{@code stop}: ends the load
 *   <li>{@code propose N}: {@code ack N} or {@code failed N}
 *   <li>{@code seen FILE}: writes which numbers were applied, {@code seen}
 * </ul>
 */
final class KillNode {
  /** So that hundreds of rounds leave a log that is read in a moment. */
  private static final int MAX_LOAD = 10_000;

  private final RaftGroup<Long> group;
  private final NumberLedger ledger;
  private final PrintStream out;
  private final AtomicLong next = new AtomicLong();
  private volatile long loadEnd;
  private volatile int bytes = Long.BYTES;
  private volatile boolean loaded;

  private KillNode(RaftGroup<Long> group, NumberLedger ledger, PrintStream out) {
    this.group = group;
    this.ledger = ledger;
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, UTF_8);
    System.setOut(System.err);
    List<String> addresses = Arrays.asList(arguments).subList(2, arguments.length);
    String self = addresses.get(Integer.parseInt(arguments[0]));
    Path folder = Path.of(arguments[1]);
    RocksLogStorage storage = RocksLogStorage.open(folder);
    NumberLedger ledger = new NumberLedger(folder);
    RaftConfig config =
        new RaftConfig(self, self, addresses, (_, _) -> Runtime.getRuntime().halt(3));
    RaftGroup<Long> group = RaftGroup.start(config, storage, ledger);
    Runtime.getRuntime().addShutdownHook(new Thread(group::close, "close"));
    out.println("started");
    new KillNode(group, ledger, out).obey();
    System.exit(0);
  }

  private void obey() throws IOException {
    var orders = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String[] words = order.split(" ", -1);
      switch (words[0]) {
        case "status" -> {
          NumberLedger.Position at = ledger.position();
          out.println(
              "status %s %d %d %d"
                  .formatted(group.leaderCheck(), at.index(), at.hash(), at.repeated()));
        }
        case "load" -> {
          next.set(Long.parseLong(words[1]));
          loadEnd = next.get() + MAX_LOAD;
          bytes = Integer.parseInt(words[3]);
          loaded = true;
          for (int i = 0; i < Integer.parseInt(words[2]); i++) {
            proposeNext();
          }
        }
        case "stop" -> {
          loaded = false;
          out.println("stopped");
        }
        case "propose" -> propose(Long.parseLong(words[1]), false);
        case "seen" -> {
          ledger.writeSeen(Path.of(words[1]));
          out.println("seen");
        }
        default -> throw new IOException("unknown order " + order);
      }
    }
  }

  private void proposeNext() {
    if (loaded && next.get() < loadEnd) {
      propose(next.getAndIncrement(), true);
    }
  }

  private void propose(long number, boolean andOn) {
    byte[] command = ByteBuffer.allocate(bytes).putLong(number).array();
    var _ =
        group
            .propose(command)
            .whenComplete(
                (_, failure) -> {
                  if (failure != null) {
                    loaded = false; // not leading any more, or too much to do
                    out.println("failed " + number);
                  } else {
                    out.println("ack " + number + ".");
                    if (andOn) {
                      proposeNext();
                    }
                  }
                });
  }
}
