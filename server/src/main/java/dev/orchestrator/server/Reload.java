package dev.orchestrator.server;

import dev.orchestrator.api.http.ConfigReload;
import dev.orchestrator.server.config.ConfigException;
import dev.orchestrator.server.config.LegacyConfigReader;
import dev.orchestrator.server.config.NodeConfig;
import dev.orchestrator.server.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration files again and puts into force what can change while the node runs; the
 * rest is named. A configuration that cannot be used changes nothing. Thread-safe.
 */
final class Reload implements ConfigReload {
  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  /** Where the configuration comes from. */
  @FunctionalInterface
  interface Source {
    Settings read() throws ConfigException;
  }

  private final Source source;
  private final boolean debug;
  private final List<Consumer<NodeConfig>> parts = new ArrayList<>();

  /** As of the last reading: its keys that need a restart still differ from what runs. */
  private Settings inForce;

  /**
   * @param inForce what the node was started with
   * @param debug the command line asked for DEBUG, so the file cannot end it
   */
  Reload(Settings inForce, Source source, boolean debug) {
    this.inForce = inForce;
    this.source = source;
    this.debug = debug;
  }

  /** Calls the part with every new configuration. */
  synchronized void onChange(Consumer<NodeConfig> part) {
    parts.add(part);
  }

  /** Reloads, and says in the log how it went. */
  synchronized Result run(String trigger) {
    try {
      Settings read = source.read();
      read.refuseTypingErrors();
      NodeConfig config = LegacyConfigReader.read(read);
      List<String> changed = read.differencesTo(inForce);
      List<String> now = changed.stream().filter(read::isReloadable).toList();
      List<String> later = changed.stream().filter(key -> !read.isReloadable(key)).toList();
      LogLevel.set(debug || config.debug());
      parts.forEach(part -> part.accept(config));
      inForce = read.withValuesOf(inForce, later);
      LOG.info("configuration reloaded by={} changed={}", trigger, now);
      if (!later.isEmpty()) {
        LOG.warn("these keys take effect after a restart: {}", later);
      }
      return new Result.Reloaded(now, later);
    } catch (ConfigException e) {
      LOG.error("configuration not reloaded by={}: {}", trigger, e.getMessage());
      return new Result.Refused(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Result reload() {
    return run("API");
  }
}
