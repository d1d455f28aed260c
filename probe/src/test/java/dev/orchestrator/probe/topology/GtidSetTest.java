package dev.orchestrator.probe.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GtidSetTest {
  private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String B = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

  @Test
  void readsWhatStatusRowsHold() {
    GtidSet set =
        GtidSet.parse(" " + B + ":1-3,\n" + A.toUpperCase(java.util.Locale.ROOT) + ":7 : 1-5 ,");
    assertThat(set).hasToString(A + ":1-5:7," + B + ":1-3");
    assertThat(set.count()).isEqualTo(9);
    assertThat(set.uuids()).containsExactly(A, B);
  }

  @Test
  void mergesNeighboursAndOverlaps() {
    assertThat(GtidSet.parse(A + ":5-9:1-4:3-6:11")).hasToString(A + ":1-9:11");
  }

  @Test
  void keepsTaggedNumbersApart() {
    GtidSet set = GtidSet.parse(A + ":1-2:Backup:1-3:5:other:1");
    assertThat(set).hasToString(A + ":1-2:backup:1-3:5:other:1");
    assertThat(set.contains(GtidSet.parse(A + ":3"))).isFalse();
    assertThat(set.contains(GtidSet.parse(A + ":backup:3"))).isTrue();
    assertThat(set.minus(GtidSet.parse(A + ":backup:2")))
        .hasToString(A + ":1-2:backup:1:3:5:other:1");
  }

  @Test
  void theEmptySetHoldsNothing() {
    assertThat(GtidSet.parse("")).isEqualTo(GtidSet.EMPTY).hasToString("");
    assertThat(GtidSet.parse(" ,\n")).isEqualTo(GtidSet.EMPTY);
    assertThat(GtidSet.parse(A + ":5-3")).isEqualTo(GtidSet.EMPTY);
    assertThat(GtidSet.EMPTY.contains(GtidSet.EMPTY)).isTrue();
  }

  @Test
  void countsUpToTheLastNumberThereIs() {
    GtidSet all = GtidSet.parse(A + ":1-9223372036854775806," + B + ":1-9223372036854775806");
    assertThat(all.count()).isEqualTo(Long.MAX_VALUE);
    assertThat(
            all.minus(GtidSet.parse(A + ":1-9223372036854775805," + B + ":2-9223372036854775806")))
        .hasToString(A + ":9223372036854775806," + B + ":1");
  }

  @Test
  void dropsTransactionsOfUuids() {
    assertThat(
            GtidSet.parse(A + ":1:tag:4," + B + ":2")
                .withoutUuids(Set.of(A.toUpperCase(java.util.Locale.ROOT))))
        .hasToString(B + ":2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:0",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:-1",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2-3",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:9223372036854775807",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:99999999999999999999",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:tag",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:tag:other:1",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:ta-g:1",
        "3e11fa47x71ca-11e1-9e33-c80aa9429562:1",
        "0-1-100"
      })
  void refusesWhatIsNoGtidSet(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> GtidSet.parse(text));
  }
}
