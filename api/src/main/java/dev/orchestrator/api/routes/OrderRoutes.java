package dev.orchestrator.api.routes;

import dev.orchestrator.api.http.ApiConfig;
import dev.orchestrator.api.http.ApiException;
import dev.orchestrator.api.http.ApiRequest;
import dev.orchestrator.api.http.ApiResponse;
import dev.orchestrator.api.http.ApiServices;
import dev.orchestrator.api.http.Route;
import dev.orchestrator.api.legacy.LegacyKeyJson;
import dev.orchestrator.api.legacy.LegacyRecoveryJson;
import dev.orchestrator.probe.recovery.Advice;
import dev.orchestrator.probe.recovery.OrderKind;
import dev.orchestrator.probe.recovery.RecoveryOrders;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.Recovery;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * People order recoveries: planned takeovers, ordered failovers, recoveries of dead primaries.
 * Thread-safe.
 */
public final class OrderRoutes {
  /** A member that passes a request on waits 60 s: the answer is given before. */
  private static final Duration PATIENCE = Duration.ofSeconds(50);

  private final ApiServices services;
  private final FleetLookup lookup;
  private final Commits commits;

  public OrderRoutes(ApiConfig config, ApiServices services) {
    this.services = services;
    this.lookup = new FleetLookup(config, services);
    this.commits = new Commits(services, config.commitTimeout());
  }

  /** The routes of this noun. */
  public List<Route> routes() {
    return List.of(
        order("graceful-master-takeover/:host/:port", OrderKind.TAKEOVER),
        order(
            "graceful-master-takeover/:host/:port/:designatedHost/:designatedPort",
            OrderKind.TAKEOVER),
        order("graceful-master-takeover/:clusterHint", OrderKind.TAKEOVER),
        order(
            "graceful-master-takeover/:clusterHint/:designatedHost/:designatedPort",
            OrderKind.TAKEOVER),
        order("graceful-master-takeover-auto/:host/:port", OrderKind.TAKEOVER_AUTO),
        order(
            "graceful-master-takeover-auto/:host/:port/:designatedHost/:designatedPort",
            OrderKind.TAKEOVER_AUTO),
        order("graceful-master-takeover-auto/:clusterHint", OrderKind.TAKEOVER_AUTO),
        order(
            "graceful-master-takeover-auto/:clusterHint/:designatedHost/:designatedPort",
            OrderKind.TAKEOVER_AUTO),
        order("force-master-failover/:host/:port", OrderKind.FAILOVER),
        order("force-master-failover/:clusterHint", OrderKind.FAILOVER),
        order(
            "force-master-takeover/:clusterHint/:designatedHost/:designatedPort",
            OrderKind.FORCED_TAKEOVER),
        order(
            "force-master-takeover/:host/:port/:designatedHost/:designatedPort",
            OrderKind.FORCED_TAKEOVER),
        Route.write("recover/:host/:port", this::recover),
        Route.write("recover/:host/:port/:candidateHost/:candidatePort", this::recover),
        Route.write(
            "recover-lite/:host/:port", request -> recover(request, OrderKind.RECOVER_LITE)),
        Route.write(
            "recover-lite/:host/:port/:candidateHost/:candidatePort",
            request -> recover(request, OrderKind.RECOVER_LITE)));
  }

  private Route order(String path, OrderKind kind) {
    return Route.write(path, request -> order(request, kind));
  }

  private ApiResponse order(ApiRequest request, OrderKind kind) {
    RecoveryOrders.Request wish =
        new RecoveryOrders.Request(
            kind,
            lookup.clusterName(request),
            server(request, "designatedHost", "designatedPort"),
            lossAcceptedBy(request, kind),
            Optional.empty());
    return dry(request) ? advice(wish) : carryOut(wish, recovery -> told(kind, recovery));
  }

  private ApiResponse recover(ApiRequest request) {
    boolean lite = request.queryValue("skipProcesses").filter("true"::equals).isPresent();
    return recover(request, lite ? OrderKind.RECOVER_LITE : OrderKind.RECOVER);
  }

  private ApiResponse recover(ApiRequest request, OrderKind kind) {
    InstanceKey failed = lookup.key(request);
    RecoveryOrders.Request wish =
        new RecoveryOrders.Request(
            kind,
            lookup.clusterOf(failed),
            server(request, "candidateHost", "candidatePort"),
            Optional.empty(),
            name(request, "endDelayBy"));
    Advice advice = advise(wish);
    if (!advice.primary().equals(Optional.of(failed))) {
      return new ApiResponse.Envelope(
          500,
          false,
          "Recovery not attempted: " + failed + " is not the primary; nothing else is recovered",
          LegacyKeyJson.of(failed));
    }
    if (dry(request)) {
      return advice(wish);
    }
    return carryOut(
        wish,
        recovery ->
            recovery
                .ending()
                .flatMap(Recovery.Ending::successor)
                .map(
                    promoted ->
                        ApiResponse.ok(
                            "Recovery executed on " + failed, LegacyKeyJson.of(promoted)))
                .orElseGet(
                    () ->
                        new ApiResponse.Envelope(
                            500,
                            false,
                            "Recovery did not promote a server: " + errors(recovery),
                            LegacyKeyJson.of(failed))));
  }

  private Optional<InstanceKey> server(ApiRequest request, String host, String port) {
    Optional<String> name = request.optionalParameter(host);
    if (name.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(lookup.server(name.get(), request.parameter(port)));
  }

  /** The name is kept with the recovery: who gave up what other servers hold. */
  private static Optional<String> lossAcceptedBy(ApiRequest request, OrderKind kind) {
    Optional<String> name = name(request, "acceptLossBy");
    if (name.isPresent() && kind != OrderKind.FORCED_TAKEOVER) {
      throw new ApiException("acceptLossBy is for force-master-takeover only");
    }
    return name;
  }

  /** Who says so: the name is kept with the recovery. */
  private static Optional<String> name(ApiRequest request, String parameter) {
    Optional<String> name = request.queryValue(parameter);
    if (name.isPresent() && !name.get().matches("[A-Za-z0-9._@-]{1,64}")) {
      throw new ApiException(parameter + " is a name of letters, digits and . _ @ -");
    }
    return name;
  }

  private static boolean dry(ApiRequest request) {
    Optional<String> wish = request.queryValue("dryRun");
    if (wish.isPresent() && !wish.get().matches("true|false")) {
      throw new ApiException("dryRun is true or false, not " + wish.get());
    }
    return wish.filter("true"::equals).isPresent();
  }

  private Advice advise(RecoveryOrders.Request wish) {
    return services
        .orders()
        .get()
        .advise(services.fleet().topology(), services.fleet().analyses(), wish);
  }

  private ApiResponse advice(RecoveryOrders.Request wish) {
    Advice advice = advise(wish);
    String what = wish.kind().command() + ": dry run: ";
    return advice.allowed()
        ? ApiResponse.ok(
            what
                + advice.successor().map(InstanceKey::toString).orElse("nobody")
                + " would be promoted",
            ExplainJson.of(advice))
        : new ApiResponse.Envelope(
            500, false, what + String.join("; ", advice.reasons()), ExplainJson.of(advice));
  }

  private interface Telling {
    ApiResponse of(Recovery ended);
  }

  private ApiResponse carryOut(RecoveryOrders.Request wish, Telling telling) {
    RecoveryOrders orders = services.orders().get();
    return switch (orders.order(services.fleet().topology(), services.fleet().analyses(), wish)) {
      case RecoveryOrders.Answer.Refused(List<String> reasons) ->
          ApiResponse.failed(
              500,
              wish.kind().command()
                  + ": refused, nothing was touched: "
                  + String.join("; ", reasons));
      case RecoveryOrders.Answer.NotCommitted(var outcome) ->
          commits.answer(wish.kind().command(), outcome, _ -> ApiResponse.ok("", null));
      case RecoveryOrders.Answer.Started(String uid) ->
          orders
              .await(uid, PATIENCE)
              .map(telling::of)
              .orElseGet(
                  () ->
                      new ApiResponse.Envelope(
                          504,
                          false,
                          wish.kind().command()
                              + ": recovery "
                              + uid
                              + " goes on, here or on the next leader; look at"
                              + " audit-recovery/uid/"
                              + uid,
                          null));
    };
  }

  private ApiResponse told(OrderKind kind, Recovery recovery) {
    boolean done = recovery.ending().flatMap(Recovery.Ending::successor).isPresent();
    String message =
        switch (kind) {
          case TAKEOVER, TAKEOVER_AUTO ->
              kind.command() + (done ? ": successor promoted" : ": no successor promoted");
          default -> done ? "Master failed over" : "Master not failed over";
        };
    Map<String, @Nullable Object> details =
        LegacyRecoveryJson.live(
            recovery,
            services
                .recoversPrimaryOf()
                .test(recovery.subject().clusterName(), recovery.subject().clusterAlias()),
            services.clock().instant());
    return done
        ? ApiResponse.ok(message, details)
        : new ApiResponse.Envelope(500, false, message + ": " + errors(recovery), details);
  }

  private static String errors(Recovery recovery) {
    return String.join("; ", recovery.ending().map(Recovery.Ending::errors).orElse(List.of()));
  }
}
