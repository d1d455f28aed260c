package dev.orchestrator.jepsen.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On SQLite. */
class ReturnIT extends ReturnScenarios {
  @Override
  LifeGroup prepare(Path folder) {
    return new LifeGroup(folder, 74, 3);
  }

  @Override
  LifeDatabase database(LifeNode node) {
    return SqliteFile.of(node);
  }

  /** As the documentation of orchestrator has it; needs the program sqlite3. */
  @Test
  @Order(5)
  @Tag("long")
  void returnsWithTheDumpedAndRestoredDatabaseOfAnother() {
    LifeNode node = follower();
    node.kill();
    write(20);
    database(node).wipe();
    String from = SqliteFile.of(leader()).file().toString();
    String to = SqliteFile.of(node).file().toString();
    LifeNode.Ended copied =
        LifeNode.run(
            LifeGroup.LIMIT,
            "bash",
            "-c",
            "set -o pipefail; sqlite3 \"$0\" .dump | sqlite3 \"$1\"",
            from,
            to);
    assertThat(copied.status()).as(copied.output()).isZero();
    comesBack(node, "database dumped and restored");
  }
}
