package dev.orchestrator.server.config;

/**
 * A configuration that the node cannot start with: which key or file, what is wrong, what is
 * allowed.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
