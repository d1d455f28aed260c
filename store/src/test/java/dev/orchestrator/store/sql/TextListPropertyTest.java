package dev.orchestrator.store.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TextListPropertyTest {
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("\\\n\r=e n:a,").ofMaxLength(6);
  }

  @Property
  void listsComeBack(@ForAll List<@net.jqwik.api.From("texts") String> items) {
    assertThat(TextList.split(TextList.join(items))).isEqualTo(items);
  }

  @Property
  void mapsComeBackAndAreWrittenInOneOrder(
      @ForAll Map<@net.jqwik.api.From("texts") String, @net.jqwik.api.From("texts") String> map) {
    String text = TextList.joinMap(map);
    assertThat(TextList.splitMap(text)).isEqualTo(map);
    assertThat(TextList.joinMap(Map.copyOf(map))).isEqualTo(text);
    assertThat(text.lines().collect(Collectors.toList())).hasSize(map.size());
  }
}
