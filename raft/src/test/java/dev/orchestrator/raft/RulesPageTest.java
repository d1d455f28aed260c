package dev.orchestrator.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps docs/raft.md true: what it names as a rule's place or test exists. */
class RulesPageTest {
  private static final Path ROOT = Path.of("..");
  private static final Path PAGE = ROOT.resolve("docs/raft.md");
  private static final Path MUTATIONS = Path.of("src/test/mutations");
  private static final List<String> MODULES = List.of("raft", "store", "server", "jepsen-tests");
  private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
  private static final int PLACE = 4;
  private static final int TEST = 5;

  @Test
  void everyRuleHasAPlaceAndATestThatExist() throws IOException {
    Map<String, String> code = sources("src/main/java");
    Map<String, String> tests = sources("src/test/java");
    int rules = 0;
    for (String line : Files.readAllLines(PAGE)) {
      if (!line.matches("\\| R\\d+ .*")) {
        continue;
      }
      String[] cells = line.split("\\|");
      assertThat(quoted(cells[PLACE])).as(line).isNotEmpty();
      assertThat(quoted(cells[TEST])).as(line).isNotEmpty();
      quoted(cells[PLACE]).forEach(place -> assertThat(hasPlace(code, place)).as(place).isTrue());
      quoted(cells[TEST]).forEach(test -> assertThat(hasTest(tests, test)).as(test).isTrue());
      rules++;
    }
    assertThat(rules).isGreaterThanOrEqualTo(45);
  }

  @Test
  void everyPlantedBugNamesTheTestThatCatchesItAndIsInTheTable() throws IOException {
    Map<String, String> tests = sources("src/test/java");
    String page = Files.readString(PAGE);
    try (Stream<Path> patches = Files.list(MUTATIONS)) {
      for (Path patch : patches.filter(file -> file.toString().endsWith(".patch")).toList()) {
        String first = Files.readAllLines(patch).getFirst();
        assertThat(first).as("%s", patch).startsWith("Caught by: ");
        String by = first.substring("Caught by: ".length());
        assertThat(by.equals("simulation") || hasTest(tests, by)).as("%s", patch).isTrue();
        assertThat(page).contains("| " + patch.getFileName().toString().replace(".patch", " |"));
      }
    }
  }

  /** A class, a class and its member, or a class, a class in it, and that one's member. */
  private static boolean hasPlace(Map<String, String> code, String place) {
    String[] names = place.split("\\.");
    String text = code.get(names[0]);
    return text != null
        && Stream.of(names).allMatch(name -> text.matches("(?s).*\\b" + name + "\\b.*"));
  }

  /** A test class, or a method by its name or the beginning of it. */
  private static boolean hasTest(Map<String, String> tests, String test) {
    if (Character.isUpperCase(test.charAt(0))) {
      return tests.containsKey(test);
    }
    boolean whole = !test.endsWith("...");
    String method = "void " + test.replace("...", "") + (whole ? "(" : "");
    return tests.values().stream().anyMatch(text -> text.contains(method));
  }

  private static List<String> quoted(String cell) {
    List<String> found = new ArrayList<>();
    Matcher matcher = QUOTED.matcher(cell);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  /** Text of all classes of some modules, by their names. */
  private static Map<String, String> sources(String under) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String module : MODULES) {
      Path folder = ROOT.resolve(module).resolve(under);
      try (Stream<Path> files = Files.walk(folder)) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(
                file ->
                    found.merge(
                        file.getFileName().toString().replace(".java", ""),
                        text(file),
                        String::concat));
      }
    }
    return found;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
