package dev.orchestrator.server;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** The program's version, from the archive it was started from. Stateless. */
public final class Version implements IVersionProvider {
  /** Version text, {@code development} when not started from an archive. */
  public static String text() {
    return Objects.requireNonNullElse(
        Version.class.getPackage().getImplementationVersion(), "development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"orchestrator-raft " + text()};
  }
}
