package dev.orchestrator.server;

import dev.orchestrator.server.config.ConfigException;
import dev.orchestrator.server.config.LegacyConfigReader;
import dev.orchestrator.server.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * {@code orchestrator -c COMMAND}: upstream's command line. Upstream works on the database behind
 * the group's back; here the database belongs to the running node, so the command goes through that
 * node's API, by orchestrator-client. With Raft it is refused all the same unless {@code
 * --ignore-raft-setup} is given, as upstream refuses it: only the leader may take changes. Confined
 * to the main thread.
 */
final class CommandOptions {
  /** Names the script next to the launcher. */
  private static final String CLIENT_PROPERTY = "orchestrator.client";

  private static final long LIMIT_MINUTES = 10;

  @Option(
      names = {"-c", "--command"},
      paramLabel = "COMMAND",
      description = "run a command; see orchestrator-client -c help")
  private @Nullable String command;

  @Option(
      names = {"-ignore-raft-setup", "--ignore-raft-setup"},
      description = "run the command although RaftEnabled is true")
  private boolean ignoreRaftSetup;

  @Option(names = "-i", paramLabel = "HOST:PORT", description = "the instance it is about")
  private @Nullable String instance;

  @Option(
      names = {"-d", "-s"},
      paramLabel = "HOST:PORT",
      description = "the destination")
  private @Nullable String destination;

  @Option(
      names = {"-alias", "--alias"},
      description = "cluster alias")
  private @Nullable String alias;

  @Option(
      names = {"-owner", "--owner"},
      description = "who does it")
  private @Nullable String owner;

  @Option(
      names = {"-reason", "--reason"},
      description = "why")
  private @Nullable String reason;

  @Option(
      names = {"-duration", "--duration"},
      description = "for how long")
  private @Nullable String duration;

  @Option(
      names = {"-promotion-rule", "--promotion-rule"},
      description = "prefer, neutral, prefer_not or must_not")
  private @Nullable String promotionRule;

  @Option(
      names = {"-pool", "--pool"},
      description = "pool")
  private @Nullable String pool;

  @Option(
      names = {"-hostname", "--hostname"},
      description = "host name")
  private @Nullable String hostname;

  @Option(
      names = {"-tag", "--tag"},
      description = "tag")
  private @Nullable String tag;

  @Option(
      names = {"-binlog", "--binlog"},
      description = "binary log")
  private @Nullable String binlog;

  @Option(
      names = {"-statement", "--statement"},
      description = "statement")
  private @Nullable String statement;

  boolean isGiven() {
    return command != null;
  }

  /** Runs the command and returns the process's exit status. */
  int run(Settings settings, PrintWriter err) throws ConfigException, InterruptedException {
    if (command == null) {
      throw new ConfigException("-c names the command that cli is to run; see --help");
    }
    String api = LegacyConfigReader.read(settings).http().localApi();
    if (settings.isRaft() && !ignoreRaftSetup) {
      err.println(
          "orchestrator: this is a Raft set-up (\"RaftEnabled\": true), whose changes go through the"
              + " leader: use orchestrator-client with ORCHESTRATOR_API naming the nodes, or insist"
              + " with --ignore-raft-setup");
      return ExitStatus.CANNOT_START;
    }
    List<String> words = words(System.getProperty(CLIENT_PROPERTY, "orchestrator-client"));
    ProcessBuilder client = new ProcessBuilder(words).inheritIO();
    client.environment().put("ORCHESTRATOR_API", api);
    try {
      Process process = client.start();
      if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
        process.destroy();
        err.println("orchestrator: no answer within " + LIMIT_MINUTES + " minutes");
        return ExitStatus.CANNOT_START;
      }
      return process.exitValue();
    } catch (IOException e) {
      throw new ConfigException(
          "cannot run "
              + words.getFirst()
              + ": "
              + e.getMessage()
              + "; install orchestrator-client",
          e);
    }
  }

  private List<String> words(String client) {
    List<String> words = new ArrayList<>(List.of(client));
    add(words, "-c", command);
    add(words, "-i", instance);
    add(words, "-d", destination);
    add(words, "-a", alias);
    add(words, "-o", owner);
    add(words, "-r", reason);
    add(words, "-u", duration);
    add(words, "-R", promotionRule);
    add(words, "-l", pool);
    add(words, "-H", hostname);
    add(words, "-t", tag);
    add(words, "-n", binlog);
    add(words, "-q", statement);
    return words;
  }

  private static void add(List<String> words, String option, @Nullable String value) {
    if (value != null) {
      words.add(option);
      words.add(value);
    }
  }
}
