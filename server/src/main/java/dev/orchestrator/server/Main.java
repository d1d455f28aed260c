package dev.orchestrator.server;

import dev.orchestrator.server.config.ConfigCheck;
import dev.orchestrator.server.config.ConfigException;
import dev.orchestrator.server.config.ConfigFiles;
import dev.orchestrator.server.config.EffectiveConfig;
import dev.orchestrator.server.config.LegacyConfigReader;
import dev.orchestrator.server.config.NodeConfig;
import dev.orchestrator.server.config.Settings;
import dev.orchestrator.server.config.UnresolvedNames;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
      "orchestrator --config FILE http           run the service",
      "orchestrator config check FILE            explain every key of a configuration file",
      "orchestrator --config FILE config show    print the configuration in force, secrets hidden",
      "orchestrator -c COMMAND -i HOST:PORT ...   run a command through the node of this machine",
      "",
      "Without --config, /etc/orchestrator.conf.json, conf/orchestrator.conf.json and",
      "orchestrator.conf.json are read in this order, later ones over earlier ones.",
      "Commands for people and scripts: orchestrator-client."
    })
public final class Main implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(Main.class);

  /** A service manager that asked for the end gets it within 5 s, whatever hangs. */
  private static final Duration END_WITHIN = Duration.ofSeconds(4);

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

  @Mixin private CommandOptions command = new CommandOptions();

  @Parameters(
      arity = "0..*",
      paramLabel = "http | config check FILE | config show | cli",
      description = "what to do")
  private List<String> words = new ArrayList<>();

  /** Runs the program and ends the process with its status. */
  public static void main(String[] arguments) {
    // Members may come back under other addresses: a name is looked up at each connection.
    Security.setProperty("networkaddress.cache.ttl", "1");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
    System.exit(commandLine().execute(arguments));
  }

  /** The program with its rules for reading arguments. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setPosixClusteredShortOptionsAllowed(false); // -debug is one option, as it was upstream
    line.getCommandSpec().exitCodeOnInvalidInput(ExitStatus.CANNOT_START);
    return line;
  }

  @Override
  public Integer call() throws InterruptedException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    try {
      if (command.isGiven() || words.equals(List.of("cli"))) {
        return command.run(settings(), line.getErr());
      }
      return switch (String.join(" ", words.subList(0, Math.min(2, words.size())))) {
        case "http" -> serve();
        case "config show" -> show(line.getOut());
        case "config check" -> check(line);
        case "", "help" -> {
          line.usage(line.getOut());
          yield ExitStatus.OK;
        }
        default -> unknown(line);
      };
    } catch (ConfigException | StartException e) {
      line.getErr().println("orchestrator: " + e.getMessage());
      return ExitStatus.CANNOT_START;
    }
  }

  private int unknown(CommandLine line) {
    line.getErr()
        .println(
            "orchestrator: unknown action '"
                + String.join(" ", words)
                + "'; the service is started by 'http'");
    line.usage(line.getErr());
    return ExitStatus.CANNOT_START;
  }

  private int show(PrintWriter out) throws ConfigException {
    out.println(EffectiveConfig.json(settings()));
    return ExitStatus.OK;
  }

  private int check(CommandLine line) throws ConfigException {
    if (words.size() > 3) {
      return unknown(line);
    }
    Optional<Path> file =
        words.size() == 3 ? Optional.of(Path.of(words.get(2))) : Optional.ofNullable(config);
    ConfigCheck check = ConfigCheck.of(file, Path.of("").toAbsolutePath());
    check.lines().forEach(line.getOut()::println);
    return check.passed() ? ExitStatus.OK : ExitStatus.CANNOT_START;
  }

  private Settings settings() throws ConfigException {
    return ConfigFiles.read(Optional.ofNullable(config), Path.of("").toAbsolutePath());
  }

  private int serve() throws ConfigException, StartException, InterruptedException {
    AtomicReference<@Nullable Node> running = new AtomicReference<>();
    Signals.on("TERM", () -> end(running.get(), "SIGTERM"));
    Signals.on("INT", () -> end(running.get(), "SIGINT"));
    Settings settings = settings();
    settings.refuseTypingErrors();
    NodeConfig nodeConfig = LegacyConfigReader.read(settings);
    LogLevel.set(debug || nodeConfig.debug());
    report(settings);
    UnresolvedNames.refuseOwn(nodeConfig);
    Thread.ofPlatform().daemon().name("names").start(() -> warnOfNames(nodeConfig));
    Reload reload = new Reload(settings, this::settings, debug);
    try (Node node = Node.start(nodeConfig, bootstrap, reload)) {
      running.set(node);
      Signals.on("HUP", () -> reload.run("SIGHUP"));
      int status = node.awaitEnd();
      Thread.ofPlatform().daemon().name("shutdown").start(() -> endAtLast(status));
      return status;
    }
  }

  /** A node that has not started yet holds nothing that would need an orderly end. */
  private static void end(@Nullable Node node, String signal) {
    if (node == null) {
      LOG.info("stopping before the start has ended: {}", signal);
      Runtime.getRuntime().halt(ExitStatus.OK);
      return;
    }
    node.stop(signal);
  }

  private static void endAtLast(int status) {
    LockSupport.parkNanos(END_WITHIN.toNanos());
    LOG.warn(
        "not everything could be closed within {} s; ending now with status {}",
        END_WITHIN.toSeconds(),
        status);
    Runtime.getRuntime().halt(status);
  }

  /** Not an end: in a group that starts, names of members appear one after the other. */
  private static void warnOfNames(NodeConfig config) {
    for (String problem : UnresolvedNames.of(config)) {
      LOG.warn("{}; trying again at each connection", problem);
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
}
