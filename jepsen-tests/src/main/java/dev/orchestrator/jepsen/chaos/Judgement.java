package dev.orchestrator.jepsen.chaos;

import dev.orchestrator.jepsen.chaos.Records.Entry;
import dev.orchestrator.jepsen.lab.LabException;
import dev.orchestrator.jepsen.lab.MySqlMember;
import dev.orchestrator.jepsen.lab.OrchestratorNode;
import dev.orchestrator.jepsen.lab.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What must hold after every recovery, however its leader fared. Confined to one thread. */
final class Judgement {
  private static final Duration QUERY_LIMIT = Duration.ofSeconds(30);
  private static final Duration AGREE_LIMIT = Duration.ofSeconds(20);
  private static final int MORE_WRITES = 5;

  private final ChaosWorld world;
  private final Set<String> before;
  private final List<String> wrong = new ArrayList<>();

  /**
   * Judges nothing yet.
   *
   * @param before recoveries that were on record before the round
   */
  Judgement(ChaosWorld world, Set<String> before) {
    this.world = world;
    this.before = before;
  }

  List<String> judge(
      Entry recovery,
      String oldLeader,
      String newLeader,
      Function<MySqlMember, GeneralLog> logs,
      Map<MySqlMember, Integer> faultLines) {
    MySqlMember primary = onePrimary();
    if (primary != null) {
      writesGoOn(primary);
      nothingLost(primary);
      replicasFollow(primary);
      nodesAgree(recovery, primary);
    }
    hooksOnce();
    if (!oldLeader.equals(newLeader)) {
      for (MySqlMember member : world.fleet().members()) {
        List<String> late =
            logs.apply(member)
                .lateStatements(oldLeader, newLeader, faultLines.getOrDefault(member, 0));
        require(late.isEmpty(), "on " + member + " the old leader's statements came late: " + late);
      }
    }
    return wrong;
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      wrong.add(otherwise);
    }
  }

  private @org.jspecify.annotations.Nullable MySqlMember onePrimary() {
    List<MySqlMember> writable = world.writable();
    require(writable.size() == 1, "writable servers: " + writable);
    return writable.size() == 1 ? writable.getFirst() : null;
  }

  private void writesGoOn(MySqlMember primary) {
    int wanted = world.writer().ledger().count() + MORE_WRITES;
    try {
      Waiting.until(
          "writes on " + primary, QUERY_LIMIT, () -> world.writer().ledger().count() >= wanted);
    } catch (LabException e) {
      wrong.add(String.valueOf(e.getMessage()));
    }
  }

  private void nothingLost(MySqlMember primary) {
    List<Long> acknowledged = world.writer().ledger().ids();
    Set<Long> rows = rows(primary);
    List<Long> lost = acknowledged.stream().filter(id -> !rows.contains(id)).toList();
    require(lost.isEmpty(), lost.size() + " acknowledged writes are lost");
  }

  private static Set<Long> rows(MySqlMember member) {
    try (Connection connection = member.connect(QUERY_LIMIT);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT id FROM drill.ledger")) {
      Set<Long> ids = new HashSet<>();
      while (result.next()) {
        ids.add(result.getLong(1));
      }
      return ids;
    } catch (SQLException e) {
      throw new LabException("cannot read the rows of " + member, e);
    }
  }

  private void replicasFollow(MySqlMember primary) {
    List<MySqlMember> replicas =
        world.fleet().members().stream()
            .filter(MySqlMember::isAlive)
            .filter(member -> !member.equals(primary))
            .toList();
    boolean follow =
        holdsSoon(
            () -> replicas.stream().allMatch(member -> member.replicatesFrom(primary.host())));
    require(follow, "not all of " + replicas + " replicate from " + primary);
  }

  private void nodesAgree(Entry recovery, MySqlMember primary) {
    List<OrchestratorNode> nodes = world.nodes().nodes();
    boolean agree =
        holdsSoon(
            () ->
                nodes.stream()
                            .map(node -> ended(node) + Records.steps(node, recovery.uid()))
                            .distinct()
                            .count()
                        == 1
                    && nodes.stream().allMatch(node -> !ended(node).isEmpty()));
    require(
        agree,
        "nodes differ: " + nodes.stream().map(this::ended).collect(Collectors.joining(" / ")));
    boolean named =
        holdsSoon(
            () ->
                nodes.stream()
                    .allMatch(
                        node ->
                            Records.primary(node, primary.key()).startsWith(primary.key() + " ")));
    require(
        named,
        "the record does not name "
            + primary
            + ": "
            + nodes.stream()
                .map(node -> Records.primary(node, primary.key()))
                .collect(Collectors.joining(" / ")));
  }

  /** This round's recoveries as the node has them; empty unless all have ended. */
  private String ended(OrchestratorNode node) {
    List<Entry> own =
        Records.recoveries(node).orElse(List.of()).stream()
            .filter(entry -> !before.contains(entry.uid()))
            .toList();
    return own.stream().anyMatch(entry -> entry.ended().isEmpty()) || own.isEmpty()
        ? ""
        : own.toString();
  }

  private void hooksOnce() {
    try {
      List<String> ran =
          Files.exists(world.hookLedger()) ? Files.readAllLines(world.hookLedger()) : List.of();
      Set<String> seen = new HashSet<>();
      List<String> twice = ran.stream().filter(key -> !seen.add(key)).toList();
      require(twice.isEmpty(), "hooks ran twice by the same key: " + twice);
    } catch (IOException e) {
      throw new LabException("cannot read the hook ledger", e);
    }
  }

  private static boolean holdsSoon(java.util.function.BooleanSupplier condition) {
    return Waiting.poll(
            AGREE_LIMIT,
            Duration.ofMillis(50),
            () ->
                condition.getAsBoolean()
                    ? java.util.Optional.of(true)
                    : java.util.Optional.<Boolean>empty())
        .isPresent();
  }
}
