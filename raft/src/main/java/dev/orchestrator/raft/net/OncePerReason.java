package dev.orchestrator.raft.net;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a refusal once, however often the peer dials again, and no more than so many different ones:
 * strangers must not fill the disk. Thread-safe.
 */
final class OncePerReason {
  private static final Logger log = LoggerFactory.getLogger(OncePerReason.class);
  private static final int MAX_REMEMBERED = 100;
  private static final int MAX_CHARS = 500;
  private static final long FORGET_NANOS = 3_600_000_000_000L;

  private final Set<String> logged = ConcurrentHashMap.newKeySet();
  private final LongAdder refusals = new LongAdder();
  private volatile long sinceNanos = System.nanoTime();

  /** Counts a refusal and logs it if it is news. The text may hold what the peer sent. */
  void warn(String reason) {
    refusals.increment();
    String line = printable(reason);
    if (System.nanoTime() - sinceNanos > FORGET_NANOS) {
      sinceNanos = System.nanoTime();
      logged.clear();
    }
    if (logged.size() < MAX_REMEMBERED) {
      if (logged.add(line)) {
        log.warn("{}", line);
      }
    } else if (logged.add("")) {
      log.warn(
          "more than {} reasons to refuse peers: no more are logged for an hour", MAX_REMEMBERED);
    }
  }

  /** How many connections were refused so far. */
  long refusals() {
    return refusals.sum();
  }

  /** The peer is welcome again: a later refusal is news. */
  void forget(String prefix) {
    logged.removeIf(reason -> reason.startsWith(prefix));
  }

  private static String printable(String reason) {
    String line = reason.length() > MAX_CHARS ? reason.substring(0, MAX_CHARS) + "..." : reason;
    return line.replaceAll("\\p{Cntrl}", "?");
  }
}
