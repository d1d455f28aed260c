package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HookLineTest {
  @Test
  void fillsWhatItKnowsAndLeavesTheRest() {
    assertThat(
            fill("echo {host}:{port} {unknown} ${HOME}", Map.of("host", "db-1.x", "port", "3306")))
        .isEqualTo("echo db-1.x:3306 {unknown} ${HOME}");
    assertThat(fill("echo '{a}' {a}", Map.of("a", ""))).isEqualTo("echo '' ");
  }

  @Test
  void blanksAreQuotedOnlyWhereNoQuotesAre() {
    Map<String, String> values = Map.of("text", "two words");
    assertThat(fill("log {text}", values)).isEqualTo("log 'two words'");
    assertThat(fill("log \"{text}\"", values)).isEqualTo("log \"two words\"");
    assertThat(fill("log 'it: {text}' {text}", values))
        .isEqualTo("log 'it: two words' 'two words'");
  }

  @Test
  void aValueIsNeverAnOption() {
    assertThat(fill("rm {name}", Map.of("name", "-rf"))).isEqualTo("rm _rf");
  }

  @Property
  void noValueMeansAnythingToAShell(@ForAll String value) {
    String filled = fill("\u0001{v}\u0001", Map.of("v", value));
    assertThat(filled).matches("\u0001'?[A-Za-z0-9 _.,:@%+/=-]*'?\u0001");
  }

  @Test
  void aTrailingAmpersandMeansNotToWait() {
    assertThat(HookLine.asynchronous("notify & ")).isTrue();
    assertThat(HookLine.asynchronous("notify")).isFalse();
  }

  private static String fill(String line, Map<String, String> values) {
    return HookLine.fill(line, values);
  }
}
