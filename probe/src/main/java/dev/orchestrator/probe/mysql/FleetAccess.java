package dev.orchestrator.probe.mysql;

import java.time.Duration;

/**
 * How this node logs in to the fleet. Immutable; never prints its password.
 *
 * @param user MySQLTopologyUser
 * @param password MySQLTopologyPassword
 * @param connectTimeout MySQLConnectTimeoutSeconds, above 0
 * @param readTimeout MySQLDiscoveryReadTimeoutSeconds: bound of one reading statement, above 0
 * @param operationTimeout MySQLTopologyReadTimeoutSeconds: bound of one changing statement, above 0
 */
public record FleetAccess(
    String user,
    String password,
    Duration connectTimeout,
    Duration readTimeout,
    Duration operationTimeout) {
  @Override
  public String toString() {
    return "FleetAccess[user=" + user + ", password=***]";
  }
}
