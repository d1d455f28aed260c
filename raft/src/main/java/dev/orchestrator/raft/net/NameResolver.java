package dev.orchestrator.raft.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Finds the present address of a member's host; asked anew at every dial (rule I1). */
@FunctionalInterface
public interface NameResolver {
  /** The system's resolver. */
  NameResolver SYSTEM = InetAddress::getByName;

  /**
   * May block, on a thread of its own.
   *
   * @throws UnknownHostException the name has no address now
   */
  InetAddress resolve(String host) throws UnknownHostException;
}
