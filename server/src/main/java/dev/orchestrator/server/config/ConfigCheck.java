package dev.orchestrator.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Explains every key of configuration files: what it does here, whether it is known, deprecated,
 * without effect or unsafe; and says whether a node could start with them. Immutable.
 *
 * @param lines for people, one finding a line
 * @param passed whether a node could start
 */
public record ConfigCheck(List<String> lines, boolean passed) {
  /** What can be said of a key, the harmless first. */
  enum Finding {
    OK("ok"),
    NO_EFFECT("no effect"),
    DEPRECATED("deprecated"),
    UNKNOWN("unknown"),
    UNSAFE("unsafe"),
    ERROR("error");

    private final String word;

    Finding(String word) {
      this.word = word;
    }
  }

  /** What upstream still honours, and what to write instead. */
  private static final Map<String, String> DEPRECATED =
      Map.of(
          "SlaveLagQuery", "ReplicationLagQuery",
          "PostponeSlaveRecoveryOnLagMinutes", "PostponeReplicaRecoveryOnLagMinutes",
          "DetachLostSlavesAfterMasterFailover", "DetachLostReplicasAfterMasterFailover",
          "MasterFailoverDetachSlaveMasterHost", "MasterFailoverDetachReplicaMasterHost",
          "RecoveryPeriodBlockMinutes", "RecoveryPeriodBlockSeconds");

  /** Who sets one of these relies on a protection. */
  private static final List<String> PROTECTIONS =
      List.of(
          "AuthenticationMethod",
          "HTTPAuthUser",
          "UseSSL",
          "UseMutualTLS",
          "MySQLTopologyUseMutualTLS",
          "PreventCrossDataCenterMasterFailover",
          "PreventCrossRegionMasterFailover",
          "FailMasterPromotionOnLagMinutes",
          "FailMasterPromotionIfSQLThreadNotUpToDate",
          "DelayMasterPromotionIfSQLThreadNotUpToDate",
          "PromotionIgnoreHostnameFilters",
          "VerifyReplicationFilters",
          "DiscoveryIgnoreMasterHostnameFilters",
          "DiscoveryIgnoreReplicaHostnameFilters");

  public ConfigCheck {
    lines = List.copyOf(lines);
  }

  /**
   * Reads and judges the named file, or those of the search order.
   *
   * @throws ConfigException a file cannot be read or is not one JSON object
   */
  public static ConfigCheck of(Optional<Path> named, Path workingDirectory) throws ConfigException {
    Reader reader = new Reader();
    for (Path file : ConfigFiles.files(named, workingDirectory)) {
      reader.read(file);
    }
    return reader.result();
  }

  private static final class Reader {
    private final KnownKeys known = KnownKeys.load();
    private final KeyMeanings meanings = KeyMeanings.load();
    private final Settings settings = new Settings(known, System.getenv());
    private final List<String> lines = new ArrayList<>();
    private final Map<Finding, Integer> counts = new EnumMap<>(Finding.class);

    void read(Path file) throws ConfigException {
      lines.add(file.toString());
      JsonNode object = ConfigFiles.object(file);
      boolean open = isReadByAnybody(file);
      for (Map.Entry<String, JsonNode> entry : object.properties()) {
        Optional<String> problem = settings.put(entry.getKey(), entry.getValue(), file);
        if (problem.isPresent()) {
          add(Finding.ERROR, entry.getKey(), problem.get());
        } else {
          judge(entry.getKey(), entry.getValue(), open);
        }
      }
    }

    private void judge(String written, JsonNode value, boolean open) {
      Optional<KnownKeys.Key> key = known.find(written);
      if (key.isEmpty()) {
        unknown(written);
        return;
      }
      String name = key.get().name();
      Optional<String> danger = danger(key.get(), value, open);
      if (danger.isPresent()) {
        add(Finding.UNSAFE, name, danger.get());
      } else if (DEPRECATED.containsKey(name)) {
        String effect =
            key.get().use() == KnownKeys.Use.USED ? "still honoured" : "without effect here";
        add(Finding.DEPRECATED, name, effect + "; write " + DEPRECATED.get(name) + " instead");
      } else {
        switch (key.get().use()) {
          case USED -> add(Finding.OK, name, meanings.of(name) + reload(key.get()));
          case LATER -> add(Finding.NO_EFFECT, name, "accepted, without effect in this version");
          case NONE -> add(Finding.NO_EFFECT, name, "accepted, never had an effect");
        }
      }
    }

    private static String reload(KnownKeys.Key key) {
      return key.reloadable() ? "" : " (needs a restart)";
    }

    private void unknown(String written) {
      Optional<String> meant =
          NearestName.of(written, known.all().stream().map(KnownKeys.Key::name).toList());
      if (meant.isPresent()) {
        add(Finding.ERROR, written, "unknown; did you mean " + meant.get() + "?");
      } else {
        add(Finding.UNKNOWN, written, "ignored; remove it unless it is a note to yourself");
      }
    }

    private static Optional<String> danger(KnownKeys.Key key, JsonNode value, boolean open) {
      String name = key.name();
      boolean set =
          switch (value.getNodeType()) {
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.doubleValue() != 0;
            case STRING -> !value.stringValue().isEmpty();
            default -> !value.isEmpty();
          };
      if (!set) {
        return name.equals("RecoveryPeriodBlockSeconds")
            ? Optional.of("0: a flapping primary is failed over again and again")
            : Optional.empty();
      }
      if (EffectiveConfig.isSecret(name) && !value.stringValue("").contains("${") && open) {
        return Optional.of(
            "a secret in a file that every user can read: chmod 600, or ${VARIABLE}");
      }
      if (name.endsWith("SkipVerify")) {
        return Optional.of("certificates are not checked: anybody can stand in between");
      }
      if (PROTECTIONS.contains(name) && key.use() != KnownKeys.Use.USED) {
        return Optional.of("without effect in this version: what it should prevent can happen");
      }
      if (name.equals("RaftNodes") && value.size() == 2) {
        return Optional.of("two members: if one fails, nobody leads; use 3 or 5");
      }
      return Optional.empty();
    }

    private static boolean isReadByAnybody(Path file) {
      try {
        return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
      } catch (IOException | UnsupportedOperationException e) {
        return true; // not known to be safe
      }
    }

    private void add(Finding finding, String key, String text) {
      counts.merge(finding, 1, Integer::sum);
      lines.add("  %-10s  %-40s  %s".formatted(finding.word, key, text));
    }

    ConfigCheck result() {
      if (!counts.containsKey(Finding.ERROR)) {
        try {
          for (String name : UnresolvedNames.of(LegacyConfigReader.read(settings))) {
            add(Finding.ERROR, "RaftNodes", name);
          }
        } catch (ConfigException e) {
          add(Finding.ERROR, "", String.valueOf(e.getMessage()));
        }
      }
      lines.add(
          Arrays.stream(Finding.values())
              .filter(counts::containsKey)
              .map(finding -> counts.get(finding) + " " + finding.word)
              .collect(Collectors.joining(", ")));
      return new ConfigCheck(lines, !counts.containsKey(Finding.ERROR));
    }
  }
}
