package dev.orchestrator.store.sql;

import java.time.Duration;
import java.util.Optional;

/**
 * Settings of a backend on a MySQL server. Immutable; never prints its password.
 *
 * @param host MySQLOrchestratorHost
 * @param port MySQLOrchestratorPort
 * @param database MySQLOrchestratorDatabase, created if it is missing and the account may
 * @param user MySQLOrchestratorUser
 * @param password MySQLOrchestratorPassword
 * @param maxConnections MySQLOrchestratorMaxPoolConnections: one writes, the others read; at least
 *     2
 * @param connectTimeout bound of the TCP connect, above 0
 * @param readTimeout MySQLOrchestratorReadTimeoutSeconds: bound of one call, above 0
 * @param tls the files for MySQLOrchestratorUseMutualTLS; without them the connection is encrypted
 *     if the server offers it, and nobody's certificate is checked
 */
public record MySqlBackend(
    String host,
    int port,
    String database,
    String user,
    String password,
    int maxConnections,
    Duration connectTimeout,
    Duration readTimeout,
    Optional<Tls> tls) {

  /**
   * Files in PEM format; each may be {@code ""}.
   *
   * @param keyFile this node's private key, PKCS#8 or PKCS#1, not encrypted
   * @param certFile this node's certificate, its issuers behind it
   * @param caFile certificates that may have signed the server's; else those of the Java runtime
   * @param skipVerify take any certificate of the server
   */
  public record Tls(String keyFile, String certFile, String caFile, boolean skipVerify) {}

  public MySqlBackend {
    if (host.isEmpty() || database.isEmpty() || database.length() > 64) {
      throw new IllegalArgumentException("need a host and a database name of 1 to 64 characters");
    }
    if (port < 1 || port > 65_535 || maxConnections < 2) {
      throw new IllegalArgumentException("need a port from 1 to 65535 and at least 2 connections");
    }
    if (!connectTimeout.isPositive() || !readTimeout.isPositive()) {
      throw new IllegalArgumentException("need timeouts above 0");
    }
  }

  /** The server as {@code host:port}. */
  public String address() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String toString() {
    return "MySqlBackend[" + user + "@" + address() + "/" + database + ", password=***]";
  }
}
