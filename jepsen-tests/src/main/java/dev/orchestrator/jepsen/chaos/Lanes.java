package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.drill.Console;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * Several worlds side by side, each in a thread of its own. Immutable.
 *
 * @param first number of the first lane
 * @param count how many
 */
record Lanes(int first, int count) {
  /** What is done in a world; called in the world's thread. */
  interface Work {
    void in(ChaosWorld world, int lane) throws InterruptedException;
  }

  /** Starts the worlds, works in each and ends them; says whether each came to its end. */
  boolean run(
      Path root,
      Path folder,
      IntFunction<ChaosWorld.Settings> settings,
      Work work,
      Console console) {
    List<CompletableFuture<Boolean>> ends = new ArrayList<>();
    for (int n = first; n < first + count; n++) {
      int lane = n;
      var end = new CompletableFuture<Boolean>();
      ends.add(end);
      Thread.ofPlatform()
          .name("lane-" + lane)
          .start(
              () -> {
                boolean whole = false;
                try (ChaosWorld world =
                    ChaosWorld.start(root, folder.resolve("lane-" + lane), settings.apply(lane))) {
                  work.in(world, lane);
                  whole = true;
                } catch (InterruptedException | RuntimeException e) {
                  console.line("FAILED in lane " + lane + ": " + e.getMessage());
                }
                end.complete(whole); // the world is closed: whoever waited may end the process
              });
    }
    return ends.stream().map(CompletableFuture::join).reduce(true, Boolean::logicalAnd);
  }
}
