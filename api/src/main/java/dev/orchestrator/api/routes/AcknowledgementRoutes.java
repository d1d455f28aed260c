package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.store.command.Command;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.sql.RecoveryTable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** People acknowledge recoveries, with a comment. Thread-safe. */
public final class AcknowledgementRoutes {
  private static final int MOST_RECENT = 100;

  private final ApiServices services;
  private final String owner;
  private final FleetLookup lookup;
  private final Commits commits;

  public AcknowledgementRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.owner = config.node().owner();
    this.lookup = new FleetLookup(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        Route.write("ack-recovery/cluster/:clusterHint", this::cluster),
        Route.write("ack-recovery/cluster/alias/:clusterAlias", this::alias),
        Route.write("ack-recovery/instance/:host/:port", this::instance),
        Route.write("ack-recovery/:recoveryId", this::idOrUid),
        Route.write("ack-recovery/uid/:uid", this::uid),
        Route.write("ack-all-recoveries", this::all));
  }

  private ApiResponse cluster(ApiRequest request) {
    String comment = comment(request);
    String hint = request.parameter("clusterHint");
    // After a failover the recovery still has the cluster's old name, which is no cluster any more.
    return recoveries().byClusterName(hint, 0, 1).isEmpty()
        ? cluster(lookup.clusterName(request), comment)
        : cluster(hint, comment);
  }

  private ApiResponse alias(ApiRequest request) {
    String comment = comment(request);
    return cluster(lookup.clusterByAlias(request.parameter("clusterAlias")), comment);
  }

  /** All names under which recent recoveries know this cluster, each in a command of its own. */
  private ApiResponse cluster(String cluster, String comment) {
    Set<String> names = new TreeSet<>(Set.of(cluster));
    String alias =
        services.fleet().aliases(services.fleet().topology()).getOrDefault(cluster, cluster);
    for (Recovery recovery : recoveries().byAlias(alias, 0, MOST_RECENT)) {
      if (recovery.acknowledgement().isEmpty()) {
        names.add(recovery.subject().clusterName());
      }
    }
    ApiResponse answer = ApiResponse.ok("Acknowledged cluster recoveries", cluster);
    for (String name : names) {
      answer =
          commits.commit(
              acknowledge(
                  Optional.empty(), Optional.empty(), Optional.of(name), Optional.empty(), comment),
              _ -> ApiResponse.ok("Acknowledged cluster recoveries", cluster));
      if (!(answer instanceof ApiResponse.Envelope(int _, boolean ok, String _, Object _) && ok)) {
        return answer;
      }
    }
    return answer;
  }

  private ApiResponse instance(ApiRequest request) {
    InstanceKey key = lookup.key(request);
    return commits.commit(
        acknowledge(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(key),
            comment(request)),
        _ -> ApiResponse.ok("Acknowledged instance recoveries", LegacyKeyJson.of(key)));
  }

  private ApiResponse idOrUid(ApiRequest request) {
    String text = request.parameter("recoveryId");
    if (!text.matches("[0-9]{1,18}")) {
      return uid(text, comment(request));
    }
    return commits.commit(
        acknowledge(
            Optional.empty(),
            Optional.of(Long.parseLong(text)),
            Optional.empty(),
            Optional.empty(),
            comment(request)),
        _ -> ApiResponse.ok("Acknowledged recovery", text));
  }

  private ApiResponse uid(ApiRequest request) {
    return uid(request.parameter("uid"), comment(request));
  }

  private ApiResponse uid(String uid, String comment) {
    return commits.commit(
        acknowledge(
            Optional.of(uid), Optional.empty(), Optional.empty(), Optional.empty(), comment),
        _ -> ApiResponse.ok("Acknowledged recovery", uid));
  }

  private ApiResponse all(ApiRequest request) {
    String comment = comment(request);
    return commits.commit(
        acknowledge(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), comment),
        _ -> ApiResponse.ok("Acknowledged all recoveries", comment));
  }

  private Command acknowledge(
      Optional<String> uid,
      Optional<Long> id,
      Optional<String> cluster,
      Optional<InstanceKey> key,
      String comment) {
    return new Command.AcknowledgeRecoveries(uid, id, cluster, key, owner, comment);
  }

  private static String comment(ApiRequest request) {
    return request
        .queryValue("comment")
        .filter(comment -> !comment.isEmpty())
        .orElseThrow(() -> new ApiException("No acknowledge comment given; add ?comment="));
  }

  private RecoveryTable recoveries() {
    return services.database().recoveries();
  }
}
