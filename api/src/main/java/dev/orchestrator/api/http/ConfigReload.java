package dev.orchestrator.api.http;

import java.util.List;

/** Reads this node's configuration files again. Thread-safe. */
@FunctionalInterface
public interface ConfigReload {
  /** How it went. */
  sealed interface Result {
    /**
     * The files were read and are in force.
     *
     * @param changed keys whose new value is in force
     * @param needRestart keys whose new value takes effect after a restart
     */
    record Reloaded(List<String> changed, List<String> needRestart) implements Result {
      public Reloaded {
        changed = List.copyOf(changed);
        needRestart = List.copyOf(needRestart);
      }
    }

    /**
     * Nothing has changed.
     *
     * @param why what is wrong with the files
     */
    record Refused(String why) implements Result {}
  }

  /** Reads them now. */
  Result reload();
}
