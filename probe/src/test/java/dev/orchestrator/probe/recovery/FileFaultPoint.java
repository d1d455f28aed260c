package dev.orchestrator.probe.recovery;

import dev.orchestrator.store.model.RecoveryStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Stops a node at a boundary that the file {@code armed} of the folder in the system property
 * {@code recovery.fault.folder} names as {@code KIND NUMBER PLACE}. It renames the file to {@code
 * reached} and waits for a file {@code released}. Every boundary is noted in {@code trace}. Without
 * the property it does nothing. Thread-safe.
 */
public final class FileFaultPoint implements FaultPoint {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(2);

  private final String folder = System.getProperty("recovery.fault.folder", "");

  @Override
  public void reached(Place place, RecoveryStep step) {
    if (folder.isEmpty()) {
      return;
    }
    String boundary = step.kind() + " " + step.number() + " " + place;
    try {
      if (stopsAt(boundary)) {
        awaitRelease();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("fault point " + boundary, e);
    }
  }

  private synchronized boolean stopsAt(String boundary) throws IOException {
    Path armed = Path.of(folder, "armed");
    Files.writeString(
        Path.of(folder, "trace"),
        boundary + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    if (!Files.exists(armed) || !Files.readString(armed).equals(boundary)) {
      return false;
    }
    Files.move(armed, Path.of(folder, "reached"), StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  private void awaitRelease() {
    long start = System.nanoTime();
    while (!Files.exists(Path.of(folder, "released"))
        && System.nanoTime() - start < LIMIT.toNanos()) {
      LockSupport.parkNanos(POLL.toNanos());
    }
  }
}
