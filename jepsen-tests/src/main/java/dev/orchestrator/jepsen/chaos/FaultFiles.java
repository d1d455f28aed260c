package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.lab.LabException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/** How a node is told where to stop, by files in its folder. Confined to one thread. */
final class FaultFiles {
  private final Path folder;

  FaultFiles(Path folder) {
    this.folder = folder;
  }

  /** Forgets everything, the trace too. */
  void clear() {
    try {
      for (String name : List.of("armed", "reached", "released", "trace")) {
        Files.deleteIfExists(folder.resolve(name));
      }
    } catch (IOException e) {
      throw new LabException("cannot clear " + folder, e);
    }
  }

  /** The node stops where this says. */
  void arm(Boundary boundary) {
    try {
      Path draft = Files.writeString(folder.resolve("arming"), boundary.text());
      Files.move(draft, folder.resolve("armed"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new LabException("cannot arm " + folder, e);
    }
  }

  boolean reached() {
    return Files.exists(folder.resolve("reached"));
  }

  /** The stopped thread goes on as soon as the node can. */
  void release() {
    try {
      Files.writeString(folder.resolve("released"), "");
    } catch (IOException e) {
      throw new LabException("cannot release " + folder, e);
    }
  }

  /** Every boundary since the last clearing, in order and without repetitions. */
  List<Boundary> trace() {
    Path trace = folder.resolve("trace");
    try {
      return Files.exists(trace)
          ? Files.readAllLines(trace).stream().distinct().map(Boundary::new).toList()
          : List.of();
    } catch (IOException e) {
      throw new LabException("cannot read " + trace, e);
    }
  }
}
