package dev.orchestrator.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What to measure. Immutable. */
record Options(
    int pairs,
    List<Integer> sizes,
    List<Integer> inFlight,
    Duration slice,
    Duration warmUp,
    Path folder,
    Library ours,
    Library peer,
    List<String> oursOptions) {
  static Options parse(String[] arguments) {
    Map<String, String> given = new TreeMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length || !arguments[i].startsWith("--")) {
        throw new IllegalArgumentException("need --option value, got " + arguments[i]);
      }
      given.put(arguments[i].substring(2), arguments[i + 1]);
    }
    String ours = given.getOrDefault("ours-jvm", "").strip();
    return new Options(
        Integer.parseInt(given.getOrDefault("pairs", "5")),
        numbers(given.getOrDefault("size", "256,4096")),
        numbers(given.getOrDefault("inflight", "1,16,256")),
        Duration.ofMillis(Long.parseLong(given.getOrDefault("slice-millis", "2000"))),
        Duration.ofMillis(Long.parseLong(given.getOrDefault("warm-up-millis", "12000"))),
        Path.of(given.getOrDefault("folder", ".")),
        new Library(
            "ours",
            given.getOrDefault("ours-class", Ours.class.getName()),
            given.getOrDefault("ours-path", System.getProperty("java.class.path"))),
        new Library(
            given.getOrDefault("peer", "ours-again"),
            given.getOrDefault("peer-class", Ours.class.getName()),
            given.getOrDefault("peer-path", System.getProperty("java.class.path"))),
        ours.isEmpty() ? List.of() : Arrays.asList(ours.split(" ", -1)));
  }

  private static List<Integer> numbers(String text) {
    return Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
  }
}
