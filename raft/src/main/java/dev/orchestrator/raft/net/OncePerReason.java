package dev.orchestrator.raft.net;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs a refusal once, however often the peer dials again. Thread-safe. */
final class OncePerReason {
  private static final Logger log = LoggerFactory.getLogger(OncePerReason.class);
  private static final int MAX_REMEMBERED = 256;

  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  void warn(String reason) {
    if (logged.size() >= MAX_REMEMBERED) {
      logged.clear();
    }
    if (logged.add(reason)) {
      log.warn("{}", reason);
    }
  }

  /** The peer is welcome again: a later refusal is news. */
  void forget(String prefix) {
    logged.removeIf(reason -> reason.startsWith(prefix));
  }
}
