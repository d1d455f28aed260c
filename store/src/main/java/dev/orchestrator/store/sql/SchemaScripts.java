package dev.orchestrator.store.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/**
 * The versioned scripts, by name: Flyway need not search the class path. The same ones serve all
 * dialects. A script is never changed once released; a change is a new script. Every statement
 * bears to be run again, since MySQL commits at each CREATE. Immutable.
 */
final class SchemaScripts implements ResourceProvider {
  /** Script n (from 1) makes version n. */
  private static final List<String> NAMES =
      List.of(
          "V1__first_tables.sql",
          "V2__notes_and_state_hashes.sql",
          "V3__former_programs_keep_away.sql",
          "V4__injected_pseudo_gtid.sql");

  /** The version that this program makes. */
  static final int NEWEST = NAMES.size();

  private final List<Script> scripts = NAMES.stream().map(Script::new).toList();

  /** Checksum of the script that makes the version, as Flyway writes it into its history. */
  int checksum(int version) {
    CRC32 sum = new CRC32();
    scripts
        .get(version - 1)
        .text
        .lines()
        .forEach(line -> sum.update(line.getBytes(StandardCharsets.UTF_8)));
    return (int) sum.getValue();
  }

  @Override
  public @Nullable LoadableResource getResource(String name) {
    return scripts.stream().filter(script -> script.name.equals(name)).findFirst().orElse(null);
  }

  @Override
  public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
    return scripts.stream()
        .filter(script -> script.name.startsWith(prefix))
        .filter(script -> List.of(suffixes).stream().anyMatch(script.name::endsWith))
        .map(LoadableResource.class::cast)
        .toList();
  }

  /** One script, read once. */
  private static final class Script extends LoadableResource {
    private final String name;
    private final String text;

    private Script(String name) {
      this.name = name;
      try (InputStream in = SchemaScripts.class.getResourceAsStream(name)) {
        if (in == null) {
          throw new StoreException("script " + name + " is missing in the program");
        }
        text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new StoreException("cannot read script " + name, e);
      }
    }

    @Override
    public Reader read() {
      return new StringReader(text);
    }

    @Override
    public String getAbsolutePath() {
      return name;
    }

    @Override
    public String getAbsolutePathOnDisk() {
      return name;
    }

    @Override
    public String getFilename() {
      return name;
    }

    @Override
    public String getRelativePath() {
      return name;
    }
  }
}
