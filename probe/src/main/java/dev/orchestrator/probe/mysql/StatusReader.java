package dev.orchestrator.probe.mysql;

import dev.orchestrator.store.model.BinlogCoordinates;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.ReplicationFacts;
import dev.orchestrator.store.model.SemiSyncFacts;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads everything of one server in a few statements. Confined to the visiting thread. */
final class StatusReader {
  private static final Logger LOG = LoggerFactory.getLogger(StatusReader.class);

  private final InstanceKey key;
  private final FleetSession session;
  private final VisitSettings settings;
  private boolean basicsRead;

  StatusReader(InstanceKey key, FleetSession session, VisitSettings settings) {
    this.key = key;
    this.session = session;
    this.settings = settings;
  }

  /** Whether the basic variables were read: what a failed visit may still say. */
  boolean basicsRead() {
    return basicsRead;
  }

  ServerStatus read() throws SQLException {
    ServerDialect dialect = session.dialect();
    StatusRow basics = session.firstRow(dialect.basics());
    basicsRead = true;
    StatusRow status =
        session.pairs(
            "SHOW GLOBAL STATUS WHERE Variable_name = 'Uptime'"
                + " OR Variable_name LIKE 'Rpl_semi_sync%'");
    StatusRow semiSync =
        session.pairs(
            "SHOW GLOBAL VARIABLES WHERE Variable_name LIKE 'rpl_semi_sync%'"
                + " OR Variable_name IN ('sync_binlog', 'innodb_flush_log_at_trx_commit')");
    ReplicationFacts replication = replication();
    List<InstanceKey> replicas = replicas();
    return new ServerStatus(
        hostname(basics),
        FactsOfRows.server(basics, status, selfCoordinates(basics)),
        replication,
        connected(FactsOfRows.semiSync(semiSync, status), replicas.size()),
        replicas,
        replication.configured() ? "" : clusterAlias(),
        semiSync.text("sync_binlog").equals("1")
            && semiSync.text("innodb_flush_log_at_trx_commit").equals("1"));
  }

  private String hostname(StatusRow basics) {
    String name =
        switch (settings.hostnameMethod()) {
          case "report_host", "@@report_host" -> basics.text("report_host");
          case "", "none" -> key.host();
          default -> basics.text("hostname");
        };
    // A server that gives no name keeps the one under which it was found.
    return name.isEmpty() ? key.host() : name;
  }

  private BinlogCoordinates selfCoordinates(StatusRow basics) throws SQLException {
    if (!basics.flag("log_bin")) {
      return BinlogCoordinates.NONE;
    }
    StatusRow row = session.firstRow(session.dialect().showBinaryLogStatus());
    return FactsOfRows.coordinates(row, "File", "Position");
  }

  /**
   * The default channel. Further channels (multi-source) and those of Group Replication are not
   * followed.
   */
  private ReplicationFacts replication() throws SQLException {
    List<StatusRow> channels = session.rows(session.dialect().showReplicaStatus());
    for (StatusRow channel : channels) {
      if (channel.text("Channel_Name").isEmpty()) {
        return FactsOfRows.replication(channel, session.credentialsAvailable());
      }
    }
    for (StatusRow channel : channels) {
      if (!channel.text("Channel_Name").startsWith("group_replication_")) {
        return FactsOfRows.replication(channel, session.credentialsAvailable());
      }
    }
    return ReplicationFacts.NONE;
  }

  private List<InstanceKey> replicas() throws SQLException {
    if (settings.findReplicasByReplicaHosts()) {
      List<InstanceKey> named = registeredReplicas();
      if (!named.isEmpty()) {
        return named;
      }
    }
    List<InstanceKey> found = new ArrayList<>();
    for (StatusRow row : session.rows(session.dialect().dumpSessions())) {
      String address = row.text("host");
      int colon = address.lastIndexOf(':');
      String host = colon < 0 ? address : address.substring(0, colon);
      if (!host.isEmpty()) {
        // The process list knows the client's port only; replicas listen where their source does.
        found.add(new InstanceKey(host, key.port()));
      }
    }
    return found.stream().distinct().toList();
  }

  /** Replicas by their own report_host; empty when one of them does not report it. */
  private List<InstanceKey> registeredReplicas() throws SQLException {
    List<InstanceKey> named = new ArrayList<>();
    try {
      for (StatusRow row : session.rows(session.dialect().showReplicas())) {
        int port = (int) row.number("Port").orElse(0);
        if (row.text("Host").isEmpty() || port <= 0) {
          return List.of();
        }
        named.add(new InstanceKey(row.text("Host"), port));
      }
    } catch (SQLException e) {
      tolerate("SHOW REPLICAS", e);
    }
    return named;
  }

  /**
   * For a while the server also counts sessions whose replica has connected anew since, as if there
   * were more acknowledging replicas than there are. Each is registered once.
   */
  private SemiSyncFacts connected(SemiSyncFacts facts, int known) throws SQLException {
    if (!facts.sourceEnabled() || facts.clients() <= known) {
      return facts;
    }
    try {
      int registered = session.rows(session.dialect().showReplicas()).size();
      return registered == 0 ? facts : facts.ofAtMost(Math.max(known, registered));
    } catch (SQLException e) {
      tolerate("SHOW REPLICAS", e);
      return facts;
    }
  }

  private String clusterAlias() throws SQLException {
    if (settings.clusterAliasQuery().isEmpty()) {
      return "";
    }
    try {
      return session.firstValue(settings.clusterAliasQuery());
    } catch (SQLException e) {
      tolerate("DetectClusterAliasQuery", e);
      return "";
    }
  }

  /** What is only nice to know must not make a living server look dead. */
  private void tolerate(String what, SQLException failure) throws SQLException {
    switch (SqlFailures.causeOf(failure)) {
      case DENIED, STATEMENT_FAILED ->
          LOG.debug("{} failed server={} why={}", what, key, failure.getMessage());
      default -> throw failure;
    }
  }
}
