package dev.orchestrator.jepsen.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
  @Test
  void withoutArgumentsTheDemoStaysUp() {
    assertThat(Options.parse(List.of())).isEqualTo(new Options(false, 1));
  }

  @Test
  void aDrillMayHaveRounds() {
    assertThat(Options.parse(List.of("--drill"))).isEqualTo(new Options(true, 1));
    assertThat(Options.parse(List.of("--rounds", "5", "--drill"))).isEqualTo(new Options(true, 5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--what",
        "--drill --rounds",
        "--drill --rounds 0",
        "--drill --rounds x",
        "--rounds 2"
      })
  void nonsenseIsRefused(String line) {
    assertThatThrownBy(() -> Options.parse(List.of(line.split(" "))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
