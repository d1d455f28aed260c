package dev.orchestrator.raft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.orchestrator.raft.metrics.LinkMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All members' certificates, and the authority behind them, are replaced under load. */
class CertificateRotationIT {
  private static final List<String> HOSTS = List.of("127.0.74.1", "127.0.74.2", "127.0.74.3");

  @TempDir Path temp;

  @Test
  void certificatesAndAuthorityAreReplacedWithoutAnElectionOrALostProposal() throws Exception {
    TestCertificates former = new TestCertificates("the former authority");
    TestCertificates next = new TestCertificates("the next authority");
    String both = former.authority() + next.authority();
    try (TlsGroup group = new TlsGroup(temp, former, HOSTS)) {
      List<Long> terms = group.terms();
      group.startAsking();
      rotate(group, former, both);
      rotate(group, next, both);
      rotate(group, next, next.authority());
      group.stopAsking();
      assertThat(group.terms()).isEqualTo(terms).containsOnly(terms.getFirst());
    }
  }

  /** New keys and certificates for all members at once, while they go on committing. */
  private void rotate(TlsGroup group, TestCertificates authority, String trusted) throws Exception {
    List<Long> connections = group.links().stream().map(LinkMetrics::connections).toList();
    for (String name : group.names) {
      authority.issue(group.filesOf(name), HostPort.parse(name).host(), trusted);
    }
    for (String name : group.names) {
      await().atMost(TlsGroup.LIMIT).until(() -> presents(group, name, authority));
    }
    for (int i = 0; i < connections.size(); i++) {
      int link = i;
      await()
          .atMost(TlsGroup.LIMIT)
          .until(() -> group.links().get(link).connections() > connections.get(link));
    }
    long before = group.applied();
    await().atMost(TlsGroup.LIMIT).until(() -> group.applied() > before + 100);
    assertThat(group.links()).allMatch(LinkMetrics::connected);
  }

  /** Whether this member shows its new certificate. */
  private boolean presents(TlsGroup group, String name, TestCertificates authority)
      throws Exception {
    PeerTlsFiles visitor = authority.issue(temp.resolve("visitor"), HostPort.parse(name).host());
    String wanted = Files.readString(group.filesOf(name).resolve("cert.pem"));
    try (RawPeer peer = RawPeer.overTls(name, visitor)) {
      return peer.certificatePem().equals(wanted);
    } catch (javax.net.ssl.SSLException e) {
      return false; // it trusts another authority as yet
    }
  }
}
