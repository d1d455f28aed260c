package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.recovery.RecoveryOrders.Answer;
import dev.orchestrator.probe.recovery.RecoveryOrders.Request;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recovery stops and asks; a named person answers (rule D6). */
class InsistIT {
  private static final String NETWORK = "127.0.89";

  @TempDir Path folder;

  @Test
  void aDelayedReplicaThatAloneHoldsAllDataIsPromotedIfANamedPersonEndsItsDelay() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      lab.execute(
          3,
          "STOP REPLICA SQL_THREAD",
          "CHANGE REPLICATION SOURCE TO SOURCE_DELAY=3600",
          "START REPLICA SQL_THREAD");
      drill.register(supervisor, 1);
      lab.execute(2, "STOP REPLICA IO_THREAD");
      lab.execute(1, "CREATE DATABASE only_here");
      lab.kill9(1);

      Recovery.Ending asked = drill.recover(supervisor, 1).ending().orElseThrow();
      assertThat(asked.successful()).as(drill.story()).isFalse();
      assertThat(asked.errors()).anyMatch(error -> error.startsWith("DelayedReplicaHoldsData"));
      assertThat(drill.writable()).isEmpty();
      Question question = question(drill, supervisor).orElseThrow();
      assertThat(question.text()).contains(drill.key(3).toString());
      assertThat(question.answers())
          .extracting(Question.Answer::path)
          .containsExactly(
              "recover/" + lab.host(1) + "/" + lab.port() + "?endDelayBy=NAME",
              "force-master-takeover/drill/SERVER?acceptLossBy=NAME");

      Answer answer =
          supervisor
              .orders()
              .order(
                  drill.look(),
                  List.of(drill.dead(1)),
                  new Request(
                      OrderKind.RECOVER,
                      "drill",
                      Optional.empty(),
                      Optional.empty(),
                      Optional.of("jane")));
      assertThat(answer).isInstanceOf(Answer.Started.class);
      Drill.await("the end").until(() -> !drill.newest().running());
      assertThat(drill.newest().ending().orElseThrow().successful()).as(drill.story()).isTrue();
      assertThat(drill.newest().subject().command()).isEqualTo("recover end-delay-by=jane");
      assertThat(drill.story()).contains("has no delay any more: jane said so");
      assertThat(drill.writable()).containsExactly(3);
      assertThat(lab.value(3, "SHOW DATABASES LIKE 'only_here'")).isEqualTo("only_here");
    }
  }

  private static Optional<Question> question(Drill drill, RecoverySupervisor supervisor) {
    return supervisor.orders().explain(drill.look(), List.of(), "drill").question();
  }
}
