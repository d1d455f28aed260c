package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.recovery.RecoveryOrders.Answer;
import dev.orchestrator.probe.recovery.RecoveryOrders.Request;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recovery stops and asks; a named person answers (rules A5 and D6). */
class InsistIT {
  private static final String NETWORK = "127.0.89";

  @TempDir Path folder;

  @Test
  void whereAPromotionIsUnknownANamedPersonMayInsistOnAnother() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder)) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      lab.kill9(1);
      drill
          .log()
          .refuse(
              command -> {
                if (command instanceof Command.StepIntended intent && isPromotion(drill, intent)) {
                  lab.kill9(winner(drill));
                }
                return false;
              });
      Recovery.Ending unknown = drill.recover(supervisor, 1).ending().orElseThrow();
      assertThat(unknown.successful()).as(drill.story()).isFalse();
      assertThat(unknown.errors()).anyMatch(error -> error.startsWith("PromotionUnknown"));
      int doubtful = winner(drill);
      int other = 5 - doubtful;
      assertThat(drill.writable()).isEmpty();
      assertThat(question(drill, supervisor).orElseThrow().text())
          .contains(drill.key(doubtful) + " may be writable");
      drill.log().refuse(_ -> false);

      assertThat(order(drill, supervisor, other, Optional.empty()))
          .as("nobody else is promoted unless a named person insists")
          .isInstanceOf(Answer.Refused.class);
      lab.restart(doubtful);
      assertThat(order(drill, supervisor, other, Optional.of("jane")))
          .as("one that answers is not unknown any more")
          .isInstanceOf(Answer.Refused.class);
      lab.kill9(doubtful);
      Answer answer = order(drill, supervisor, other, Optional.of("jane"));
      assertThat(answer).isInstanceOf(Answer.Started.class);
      Drill.await("the end").until(() -> !drill.newest().running());

      Recovery.Ending ending = drill.newest().ending().orElseThrow();
      assertThat(ending.successful()).as(drill.story()).isTrue();
      assertThat(drill.writable()).containsExactly(other);
      assertThat(drill.newest().subject().command())
          .isEqualTo("force-master-takeover " + drill.key(other) + " accept-loss-by=jane");
      assertThat(ending.lossStatement())
          .contains("unknown: jane insisted")
          .contains("given up: whatever " + drill.key(doubtful) + " accepted");
      assertThat(question(drill, supervisor)).isEmpty();
    }
  }

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

  private static boolean isPromotion(Drill drill, Command.StepIntended intent) {
    return drill.database().recoverySteps().of(intent.uid()).stream()
        .anyMatch(step -> step.number() == intent.step() && step.kind().equals("SET_WRITABLE"));
  }

  private static int winner(Drill drill) {
    return drill.number(
        drill.steps().stream()
            .filter(step -> step.kind().equals("SET_WRITABLE"))
            .findFirst()
            .orElseThrow()
            .target());
  }

  private static Answer order(
      Drill drill, RecoverySupervisor supervisor, int server, Optional<String> by) {
    return supervisor
        .orders()
        .order(
            drill.look(),
            List.of(),
            new Request(
                OrderKind.FORCED_TAKEOVER,
                "drill",
                Optional.of(drill.key(server)),
                by,
                Optional.empty()));
  }

  private static Optional<Question> question(Drill drill, RecoverySupervisor supervisor) {
    return supervisor.orders().explain(drill.look(), List.of(), "drill").question();
  }
}
