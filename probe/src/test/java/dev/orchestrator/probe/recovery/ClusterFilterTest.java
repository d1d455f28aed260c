package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterFilterTest {
  @ParameterizedTest
  @CsvSource({
    "*, true",
    "db1:3306, true",
    "shop, true",
    "alias=shop, true",
    "alias=sho, false",
    "alias~=^sh, true",
    "alias~=x, false",
    "^db[0-9]+, true",
    "db2, false",
    "'(', false",
    "'', false"
  })
  void filtersNameClustersAsTheyAlwaysDid(String filter, boolean matches) {
    assertThat(ClusterFilter.matches(List.of("other", filter), "db1:3306", "shop"))
        .isEqualTo(matches);
  }
}
