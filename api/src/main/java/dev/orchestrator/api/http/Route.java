package dev.orchestrator.api.http;

/**
 * One row of the route table. Immutable.
 *
 * @param path full path; a segment {@code :name} is a parameter, a last segment {@code *} is
 *     anything
 * @param access whether the caller needs write permission
 * @param answeredBy which node answers
 * @param handler the answer
 */
public record Route(PathPattern path, Access access, AnsweredBy answeredBy, ApiHandler handler) {
  /** What a call does. */
  public enum Access {
    READ,
    WRITE
  }

  /** Which node answers. */
  public enum AnsweredBy {
    /** The leader; other nodes pass the request on. */
    LEADER,
    /** The node that was asked. */
    THIS_NODE
  }

  /** Whether the call needs write permission. */
  public boolean writes() {
    return access == Access.WRITE;
  }

  /** A route under {@code /api/} that reads and is answered by the leader. */
  public static Route read(String path, ApiHandler handler) {
    return new Route(PathPattern.of("/api/" + path), Access.READ, AnsweredBy.LEADER, handler);
  }

  /** A route under {@code /api/} that needs write permission and is answered by the leader. */
  public static Route write(String path, ApiHandler handler) {
    return new Route(PathPattern.of("/api/" + path), Access.WRITE, AnsweredBy.LEADER, handler);
  }

  /** A route under {@code /api/} that changes the node that was asked. */
  public static Route localWrite(String path, ApiHandler handler) {
    return new Route(PathPattern.of("/api/" + path), Access.WRITE, AnsweredBy.THIS_NODE, handler);
  }

  /** A route under {@code /api/} that reads and is answered by the node that was asked. */
  public static Route local(String path, ApiHandler handler) {
    return new Route(PathPattern.of("/api/" + path), Access.READ, AnsweredBy.THIS_NODE, handler);
  }
}
