package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.analysis.Analysis;
import dev.orchestrator.probe.analysis.AnalysisCode;
import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.observer.Verdict;
import dev.orchestrator.store.model.Recovery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the members' agreement lets the supervisor do, and what it does not do without it. */
class ReconnectIT {
  private static final String NETWORK = "127.0.72";
  private static final Verdict AGREED = new Verdict(true, false, "seen gone by 3", List.of("n1"));
  private static final Verdict DOUBTED =
      new Verdict(false, false, "seen writable by n3", List.of("n3 writable"));

  @TempDir Path folder;

  @Test
  void replicasOfAFrozenPrimaryConnectAnewAndADoubtedDeathIsLeftAlone() {
    try (MySqlLab lab = MySqlLab.start(NETWORK, 3, "replica_net_timeout=60");
        Drill drill = new Drill(lab, folder).stepTimeout(Duration.ofSeconds(5))) {
      RecoverySupervisor supervisor = drill.lead();
      drill.register(supervisor, 1);

      Analysis dead = drill.dead(1);
      supervisor.consider(
          drill.look(), List.of(dead), List.of(dead), Map.of(drill.key(1), DOUBTED));
      Drill.await("the reason")
          .until(
              () ->
                  supervisor.whyNot("drill").stream()
                      .anyMatch(why -> why.contains("seen writable by n3")));
      assertThat(drill.database().recoveries().newest(false, 0, 10)).isEmpty();
      assertThat(drill.database().detections().newest(0, 10)).isEmpty();

      lab.freeze(1);
      drill.unreachable(1, true);
      Drill.await("the new connections")
          .until(
              () -> {
                Analysis analysis = as(AnalysisCode.UNREACHABLE_PRIMARY, drill.dead(1));
                supervisor.consider(
                    drill.look(),
                    List.of(analysis),
                    List.of(analysis),
                    Map.of(drill.key(1), AGREED));
                return reconnect(drill).filter(past -> !past.running()).isPresent();
              });
      Recovery.Ending ending = reconnect(drill).orElseThrow().ending().orElseThrow();
      assertThat(ending.errors()).isEmpty();
      assertThat(ending.participants()).containsExactly(drill.key(2), drill.key(3));
      assertThat(reconnect(drill).orElseThrow().subject().description()).contains("seen gone by 3");
      for (int n : List.of(2, 3)) {
        assertThat(lab.replicaStatus(n)).containsEntry("Replica_IO_Running", "Connecting");
      }
      lab.thaw(1);
      lab.awaitReplicating();
    }
  }

  private static Optional<Recovery> reconnect(Drill drill) {
    return drill.database().recoveries().newest(false, 0, 10).stream()
        .filter(past -> past.subject().kind().equals(ReconnectPlaybook.KIND))
        .findFirst();
  }

  private static Analysis as(AnalysisCode code, Analysis analysis) {
    return new Analysis(
        code,
        analysis.description(),
        analysis.structureWarnings(),
        analysis.instance(),
        analysis.clusterAlias(),
        analysis.replicas(),
        analysis.primary(),
        analysis.lastCheckValid(),
        analysis.counts(),
        analysis.downtime(),
        analysis.replicasDowntimed());
  }
}
