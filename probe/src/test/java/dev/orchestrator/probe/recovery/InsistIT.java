package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.recovery.RecoveryOrders.Answer;
import dev.orchestrator.probe.recovery.RecoveryOrders.Request;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recovery stops and asks; a named person answers (rules A5, D6). */
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

  /** Rule A5: frozen between the permission to make it writable and its answer. */
  @Test
  void aServerThatMayBeWritableIsReplacedAtANamedPersonsWordOnly() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder).stepTimeout(Duration.ofSeconds(2))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      int doubtful = loseInPromotion(lab, drill, supervisor, lab::freeze);
      int other = other(doubtful);
      nobodyElseIsPromoted(drill, supervisor, doubtful);
      for (OrderKind kind : OrderKind.values()) {
        Answer answer =
            supervisor
                .orders()
                .order(
                    drill.look(),
                    List.of(drill.dead(doubtful)),
                    new Request(kind, "drill", Optional.of(drill.key(other))));
        assertThat(answer)
            .as(kind.command())
            .isInstanceOfSatisfying(
                Answer.Refused.class,
                refused -> assertThat(refused.reasons()).anyMatch(InsistIT::isRefusal));
      }
      Explanation explanation =
          supervisor.orders().explain(drill.look(), List.of(drill.dead(doubtful)), "drill");
      assertThat(explanation.reasons()).anyMatch(InsistIT::isRefusal);
      assertThat(explanation.question().orElseThrow().text())
          .startsWith(drill.key(doubtful) + " may be writable");
      assertThat(lab.value(other, "SELECT @@GLOBAL.read_only")).isEqualTo("1");

      Answer answer =
          supervisor
              .orders()
              .order(
                  drill.look(),
                  List.of(drill.dead(doubtful)),
                  new Request(
                      OrderKind.FORCED_TAKEOVER,
                      "drill",
                      Optional.of(drill.key(other)),
                      Optional.of("jane"),
                      Optional.empty()));
      assertThat(answer).isInstanceOf(Answer.Started.class);
      Drill.await("the end").until(() -> !drill.newest().running());
      Recovery insisted = drill.newest();
      Recovery.Ending ending = insisted.ending().orElseThrow();
      assertThat(ending.successful()).as(drill.story()).isTrue();
      assertThat(ending.successor()).contains(drill.key(other));
      assertThat(insisted.subject().command()).endsWith(" accept-loss-by=jane");
      assertThat(insisted.subject().description())
          .contains("jane insists although the promotion of " + drill.key(doubtful));
      assertThat(ending.lossStatement())
          .contains("jane insisted", "given up: whatever " + drill.key(doubtful) + " accepted");
      assertThat(lab.value(other, "SELECT @@GLOBAL.read_only")).isEqualTo("0");
      assertThat(question(drill, supervisor)).isEmpty();

      lab.thaw(doubtful);
      drill.unreachable(doubtful, false);
      Drill.await("only one writable server")
          .until(
              () -> {
                supervisor.consider(drill.look(), List.of(), List.of());
                return drill.writable().equals(List.of(other));
              });
    }
  }

  /** Rule A5: what comes back and is seen again is a primary like any other. */
  @Test
  void aServerInDoubtThatIsSeenAgainIsNoReasonAnyMore() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3);
        Drill drill = new Drill(lab, folder).stepTimeout(Duration.ofSeconds(2))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);
      int doubtful = loseInPromotion(lab, drill, supervisor, lab::kill9);
      nobodyElseIsPromoted(drill, supervisor, doubtful);

      lab.restart(doubtful);
      drill.unreachable(doubtful, false);
      assertThat(lab.value(doubtful, "SELECT @@GLOBAL.read_only")).isEqualTo("1");
      assertThat(question(drill, supervisor)).isEmpty();
      Explanation explanation =
          supervisor.orders().explain(drill.look(), List.of(drill.dead(doubtful)), "drill");
      assertThat(explanation.reasons()).noneMatch(InsistIT::isRefusal);
      assertThat(
              supervisor
                  .orders()
                  .advise(
                      drill.look(),
                      List.of(),
                      new Request(
                          OrderKind.FORCED_TAKEOVER,
                          "drill",
                          Optional.of(drill.key(other(doubtful)))))
                  .reasons())
          .noneMatch(InsistIT::isRefusal);

      // It follows nobody, and the other one follows it: it is the primary, and may die as one.
      lab.awaitTrue("it is followed", () -> lab.replicatesFrom(other(doubtful), doubtful));
      drill.look();
      lab.kill9(doubtful);
      Recovery.Ending ending = drill.recover(supervisor, doubtful).ending().orElseThrow();
      assertThat(ending.successful()).as(drill.story()).isTrue();
      assertThat(drill.writable()).containsExactly(other(doubtful));
    }
  }

  private static int other(int replica) {
    return 5 - replica; // of 2 and 3
  }

  private static boolean isRefusal(String reason) {
    return reason.contains("it may be writable, so nobody else is promoted")
        && reason.contains("force-master-takeover/drill/SERVER?acceptLossBy=NAME");
  }

  /**
   * Server 1 dies, and its successor is lost as soon as it may be made writable.
   *
   * @return the successor
   */
  private static int loseInPromotion(
      MySqlLab lab, Drill drill, RecoverySupervisor supervisor, IntConsumer lose) {
    AtomicInteger lost = new AtomicInteger();
    drill
        .log()
        .refuse(
            command -> {
              if (command instanceof Command.StepIntended(String uid, _, int number, _)
                  && lost.get() == 0) {
                drill.database().recoverySteps().of(uid).stream()
                    .filter(step -> step.number() == number)
                    .filter(step -> Ledger.is(step, StepKind.SET_WRITABLE))
                    .findFirst()
                    .ifPresent(
                        step -> {
                          lost.set(drill.number(step.target()));
                          drill.unreachable(lost.get(), true);
                          lose.accept(lost.get());
                        });
              }
              return false;
            });
    lab.kill9(1);
    Recovery.Ending ending = drill.recover(supervisor, 1).ending().orElseThrow();
    assertThat(ending.successful()).as(drill.story()).isFalse();
    assertThat(ending.errors())
        .as(drill.story())
        .anyMatch(error -> error.startsWith(Outcomes.PROMOTION_UNKNOWN));
    assertThat(drill.database().clusters().all())
        .singleElement()
        .satisfies(record -> assertThat(record.primaryKey()).isEqualTo(drill.key(lost.get())));
    assertThat(lab.replicaStatus(other(lost.get())))
        .as(drill.story())
        .containsEntry("Source_Host", lab.host(lost.get()));
    return lost.get();
  }

  /** Not even when no block period keeps the next recovery from starting. */
  private static void nobodyElseIsPromoted(
      Drill drill, RecoverySupervisor supervisor, int doubtful) {
    drill.acknowledge();
    Analysis dead = drill.dead(doubtful);
    int before = drill.database().recoveries().newest(false, 0, 1000).size();
    Drill.await("a refusal, or a recovery")
        .until(
            () -> {
              supervisor.consider(drill.look(), List.of(dead), List.of(dead));
              return supervisor.whyNot("drill").stream().anyMatch(InsistIT::isRefusal)
                  || drill.database().recoveries().newest(false, 0, 1000).size() > before;
            });
    assertThat(drill.database().recoveries().newest(false, 0, 1000))
        .as(drill.story())
        .hasSize(before);
  }

  private static Optional<Question> question(Drill drill, RecoverySupervisor supervisor) {
    return supervisor.orders().explain(drill.look(), List.of(), "drill").question();
  }
}
