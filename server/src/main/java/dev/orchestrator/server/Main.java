package dev.orchestrator.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import dev.orchestrator.server.config.ConfigException;
import dev.orchestrator.server.config.ConfigFiles;
import dev.orchestrator.server.config.LegacyConfigReader;
import dev.orchestrator.server.config.NodeConfig;
import dev.orchestrator.server.config.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.Security;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The program {@code orchestrator}: reads the configuration and runs one node until it is stopped.
 */
@Command(
    name = "orchestrator",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Keeps MySQL alive: discovers topologies, detects failures and promotes replicas.",
    footer = {
      "",
      "orchestrator --config FILE http   run the service",
      "",
      "Without --config, /etc/orchestrator.conf.json, conf/orchestrator.conf.json and",
      "orchestrator.conf.json are read in this order, later ones over earlier ones.",
      "Commands for people and scripts: orchestrator-client."
    })
public final class Main implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"--config", "-config"},
      paramLabel = "FILE",
      description = "configuration file; replaces the search list")
  private @Nullable Path config;

  @Option(
      names = {"--debug", "-debug"},
      description = "log at level DEBUG")
  private boolean debug;

  @Option(
      names = {"--bootstrap"},
      description =
          "form a new Raft group at once, without waiting for the other members; refused if one of"
              + " them has data")
  private boolean bootstrap;

  @Parameters(arity = "0..1", paramLabel = "http", description = "what to do: http")
  private String action = "";

  /** Runs the program and ends the process with its status. */
  public static void main(String[] arguments) {
    // Members may come back under other addresses: a name is looked up at each connection.
    Security.setProperty("networkaddress.cache.ttl", "1");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
    int status = new CommandLine(new Main()).execute(arguments);
    if (status != ExitStatus.OK) {
      System.exit(status);
    }
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandLine line = java.util.Objects.requireNonNull(spec).commandLine();
    if (!action.equals("http")) {
      PrintWriter out = action.isEmpty() ? line.getOut() : line.getErr();
      if (!action.isEmpty()) {
        out.println(
            "orchestrator: unknown action '" + action + "'; the service is started by 'http'");
      }
      line.usage(out);
      return action.isEmpty() ? ExitStatus.OK : ExitStatus.CANNOT_START;
    }
    try {
      Settings settings =
          ConfigFiles.read(Optional.ofNullable(config), Path.of("").toAbsolutePath());
      NodeConfig nodeConfig = LegacyConfigReader.read(settings);
      setLevel(debug || nodeConfig.debug());
      report(settings);
      try (Node node = Node.start(nodeConfig, bootstrap)) {
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "shutdown"));
        return node.awaitEnd();
      }
    } catch (ConfigException | StartException e) {
      line.getErr().println("orchestrator: " + e.getMessage());
      return ExitStatus.CANNOT_START;
    }
  }

  private static void report(Settings settings) {
    if (!settings.unknownKeys().isEmpty()) {
      LOG.warn("unknown configuration keys are ignored: {}", settings.unknownKeys());
    }
    if (!settings.keysWithoutEffect().isEmpty()) {
      LOG.info(
          "configuration keys without effect in this version: {}", settings.keysWithoutEffect());
    }
  }

  private static void setLevel(boolean debug) {
    if (debug && LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.getLogger("dev.orchestrator").setLevel(Level.DEBUG);
    }
  }
}
