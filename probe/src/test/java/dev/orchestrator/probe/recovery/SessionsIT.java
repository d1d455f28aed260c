package dev.orchestrator.probe.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.probe.lab.MySqlLab;
import dev.orchestrator.probe.mysql.FleetAccess;
import dev.orchestrator.probe.mysql.FleetConnector;
import dev.orchestrator.store.model.InstanceKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Lanes of one recovery work on the same server at the same time. */
class SessionsIT {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int ROUNDS = 20;
  private static final int LANES = 3;

  @Test
  void lanesThatBeginTogetherEndWhatWasLeftThereButNotEachOther() throws Exception {
    try (MySqlLab lab = MySqlLab.start("127.0.70", 1);
        ExecutorService lanes = Executors.newFixedThreadPool(LANES)) {
      FleetConnector connector =
          new FleetConnector(
              new FleetAccess("orchestrator", "orch_topology_password", LIMIT, LIMIT, LIMIT));
      InstanceKey key = InstanceKey.parse(lab.key(1), 0);
      for (int term = 1; term <= ROUNDS; term++) {
        try (Sessions earlier = new Sessions(connector, LIMIT, "1:a", term);
            ServerSession left = earlier.open(key);
            Sessions sessions = new Sessions(connector, LIMIT, "1:a", term + 1)) {
          assertThat(left.answers(1)).isTrue();
          CyclicBarrier together = new CyclicBarrier(LANES);
          List<Future<ServerSession>> begun = new ArrayList<>();
          for (int lane = 0; lane < LANES; lane++) {
            begun.add(
                lanes.submit(
                    () -> {
                      together.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
                      return sessions.open(key);
                    }));
          }
          List<ServerSession> open = new ArrayList<>();
          for (Future<ServerSession> session : begun) {
            open.add(session.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
          }
          assertThat(open).as("term %d", term).allMatch(session -> session.answers(1));
          assertThat(left.answers(1)).as("of term %d", term).isFalse();
          open.forEach(ServerSession::close);
        }
      }
    }
  }
}
