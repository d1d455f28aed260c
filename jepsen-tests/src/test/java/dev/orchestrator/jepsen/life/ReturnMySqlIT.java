package dev.orchestrator.jepsen.life;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/** With a MySQL server for each node. */
@Tag("long")
class ReturnMySqlIT extends ReturnScenarios {
  private final Map<LifeNode, MySqlServerOfANode> servers = new LinkedHashMap<>();

  @Override
  LifeGroup prepare(Path folder) {
    LifeGroup group = new LifeGroup(folder, 75, 3);
    for (LifeNode node : group.nodes) {
      int number = servers.size() + 1;
      servers.put(node, new MySqlServerOfANode(folder, "127.0.75.2" + number, 7500 + number));
    }
    servers.forEach(
        (node, server) -> {
          server.awaitReady();
          server.serve(node);
        });
    return group;
  }

  @Override
  LifeDatabase database(LifeNode node) {
    return servers.get(node);
  }

  @AfterAll
  void endServers() {
    servers.values().forEach(MySqlServerOfANode::close);
  }
}
