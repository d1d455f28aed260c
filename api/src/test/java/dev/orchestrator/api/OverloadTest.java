package dev.orchestrator.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.store.command.CommandResult;
import dev.orchestrator.store.command.Outcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What happens when more is asked than the node takes. */
class OverloadTest {
  private static final String WRITE = "/api/enable-global-recoveries";

  @Test
  void oneRequestTooManyIsRefusedAndLoadBalancersAreNot() throws Exception {
    FakeNode node = FakeNode.leader("n1:10008");
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    node.log =
        _ -> {
          inside.countDown();
          await(release);
          return new Outcome.Applied(CommandResult.ACCEPTED);
        };
    try (ApiServer server = TestApi.start(limited(1), TestApi.services(node))) {
      CompletableFuture<TestApi.Answer> first =
          CompletableFuture.supplyAsync(() -> TestApi.get(server, WRITE));
      await(inside);
      TestApi.Answer second = TestApi.get(server, WRITE);
      assertThat(second.status()).isEqualTo(503);
      assertThat(second.body()).contains("too many requests", "nothing was changed");
      assertThat(TestApi.get(server, "/api/leader-check").status()).isEqualTo(200);
      release.countDown();
      assertThat(first.get(10, TimeUnit.SECONDS).status()).isEqualTo(200);
      assertThat(TestApi.get(server, WRITE).status()).isEqualTo(200);
      assertThat(node.submitted).hasSize(2);
    }
  }

  @Test
  void readOnlyNodeRefusesWritesButReads() {
    FakeNode node = FakeNode.leader("n1:10008");
    ApiConfig open = TestApi.config("");
    ApiConfig config =
        new ApiConfig(
            open.listen(),
            open.node(),
            open.fleet(),
            open.commitTimeout(),
            open.visitTimeout(),
            true);
    try (ApiServer server = TestApi.start(config, TestApi.services(node))) {
      TestApi.Answer answer = TestApi.get(server, WRITE);
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.body()).contains("Unauthorized");
      assertThat(node.submitted).isEmpty();
      assertThat(TestApi.get(server, "/api/automated-recovery-filters").status()).isEqualTo(200);
    }
  }

  private static ApiConfig limited(int requests) {
    ApiConfig open = TestApi.config("");
    return new ApiConfig(
        new ApiConfig.Listen("127.0.0.1", 0, "", open.listen().advertiseUri(), requests),
        open.node(),
        open.fleet(),
        open.commitTimeout(),
        open.visitTimeout(),
        false);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
