package dev.orchestrator.api.http;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * What the HTTP API needs from the configuration. Immutable.
 *
 * @param listen where it listens and how much it takes
 * @param node what this node says of itself
 * @param fleet limits and filters that show in answers
 * @param commitTimeout how long a write waits for its commit, above 0
 * @param visitTimeout how long discover and refresh wait for a server, above 0
 * @param readOnly ReadOnly: refuse every call that needs write permission
 */
public record ApiConfig(
    Listen listen,
    Node node,
    Fleet fleet,
    Duration commitTimeout,
    Duration visitTimeout,
    boolean readOnly) {
  public ApiConfig {
    requirePositive("commitTimeout", commitTimeout);
    requirePositive("visitTimeout", visitTimeout);
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("need " + name + " > 0, got " + value);
    }
  }

  /**
   * Where the API listens.
   *
   * @param host address or name to bind, {@code ""} for all addresses
   * @param port TCP port, 0 for any free one
   * @param urlPrefix URLPrefix; one slash in front and none at the end, or {@code ""}
   * @param advertiseUri base under which other members reach this node, without a path
   * @param maxConcurrentRequests requests in work at once, above 0; more are answered 503, but for
   *     health and leader checks
   */
  public record Listen(
      String host, int port, String urlPrefix, URI advertiseUri, int maxConcurrentRequests) {
    public Listen {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("need a port from 0 to 65535, got " + port);
      }
      if (maxConcurrentRequests < 1) {
        throw new IllegalArgumentException(
            "need maxConcurrentRequests > 0, got " + maxConcurrentRequests);
      }
      urlPrefix = normalise(urlPrefix);
    }

    private static String normalise(String prefix) {
      String bare = prefix.strip();
      while (bare.startsWith("/")) {
        bare = bare.substring(1);
      }
      while (bare.endsWith("/")) {
        bare = bare.substring(0, bare.length() - 1);
      }
      return bare.isEmpty() ? "" : "/" + bare;
    }
  }

  /**
   * What this node says of itself.
   *
   * @param version version of the program
   * @param hostname name of this machine
   * @param backend SQL backend in a word, for example sqlite3
   * @param raftBind text of RaftBind as configured
   * @param raftAdvertise text of RaftAdvertise as configured, else of RaftBind
   * @param owner who counts as the actor of calls that name nobody
   */
  public record Node(
      String version,
      String hostname,
      String backend,
      String raftBind,
      String raftAdvertise,
      String owner) {}

  /**
   * Limits and filters that show in answers.
   *
   * @param defaultPort DefaultInstancePort
   * @param pollInterval InstancePollSeconds
   * @param reasonableLag ReasonableReplicationLagSeconds: above is a problem
   * @param reasonableMaintenanceLag ReasonableMaintenanceReplicationLagSeconds: above shows as lag
   * @param problemIgnoreFilters ProblemIgnoreHostnameFilters, regular expressions
   * @param recoverPrimaryFilters RecoverMasterClusterFilters
   * @param recoverIntermediateFilters RecoverIntermediateMasterClusterFilters
   * @param recoveryIgnoreFilters RecoveryIgnoreHostnameFilters, regular expressions
   */
  public record Fleet(
      int defaultPort,
      Duration pollInterval,
      Duration reasonableLag,
      Duration reasonableMaintenanceLag,
      List<String> problemIgnoreFilters,
      List<String> recoverPrimaryFilters,
      List<String> recoverIntermediateFilters,
      List<String> recoveryIgnoreFilters) {
    public Fleet {
      problemIgnoreFilters = List.copyOf(problemIgnoreFilters);
      recoverPrimaryFilters = List.copyOf(recoverPrimaryFilters);
      recoverIntermediateFilters = List.copyOf(recoverIntermediateFilters);
      recoveryIgnoreFilters = List.copyOf(recoveryIgnoreFilters);
    }
  }
}
