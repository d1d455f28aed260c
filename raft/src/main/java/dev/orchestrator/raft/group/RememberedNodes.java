package dev.orchestrator.raft.group;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The file {@code raft-nodes} in the Raft folder: RaftNodes as it was read last, and what it still
 * asks for (rule I7). Not thread-safe; used at start and by one task at a time.
 */
final class RememberedNodes {
  private static final String READ = "read ";
  private static final String ASKS = "asks ";

  /**
   * What the file holds.
   *
   * @param read the list as read last, sorted
   * @param asked what is asked for and not carried out yet, sorted; empty if nothing is
   */
  record Content(List<String> read, Optional<List<String>> asked) {}

  private final Path file;

  RememberedNodes(Path folder) {
    this.file = folder.resolve("raft-nodes");
  }

  /**
   * The content; empty if there is none.
   *
   * @throws RaftException it cannot be read
   */
  Optional<Content> load() {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      List<String> read = new ArrayList<>();
      List<String> asked = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(READ)) {
          read.add(line.substring(READ.length()));
        } else if (line.startsWith(ASKS)) {
          asked.add(line.substring(ASKS.length()));
        }
      }
      return read.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Content(read, Optional.of(List.copyOf(asked)).filter(list -> !list.isEmpty())));
    } catch (IOException e) {
      throw new RaftException("cannot read " + file + "; check permissions", e);
    }
  }

  /**
   * Replaces the content, on disk when it returns.
   *
   * @throws RaftException it cannot be written
   */
  void store(Content content) {
    List<String> lines = new ArrayList<>();
    lines.add("# RaftNodes as read last, and what it still asks for; kept by orchestrator");
    content.read().forEach(name -> lines.add(READ + name));
    content.asked().orElse(List.of()).forEach(name -> lines.add(ASKS + name));
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.write(next, lines, StandardCharsets.UTF_8);
      try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new RaftException("cannot write " + file + "; check space and permissions", e);
    }
  }
}
