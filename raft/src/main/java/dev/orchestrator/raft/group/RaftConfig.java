package dev.orchestrator.raft.group;

import dev.orchestrator.raft.core.RaftLimits;
import dev.orchestrator.raft.core.RaftTimings;
import dev.orchestrator.raft.net.LinkOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How to run one member. Immutable.
 *
 * @param selfName this member's name, host:port as the others dial it; one of {@code memberNames}
 * @param bindAddress host:port to listen on; may differ from the name
 * @param memberNames names of all members, in any order
 * @param bootstrap form the group at once with the members that can be reached and are empty,
 *     instead of waiting for all
 * @param timings the same on all members
 * @param limits bounds of messages and memory
 * @param link how the links to the other members are made
 * @param folder where to remember {@code memberNames}, so that a changed list becomes a request
 *     (rule I7); empty to remember nothing
 * @param fatalHandler told when the member cannot go on
 * @param compaction when the log is cut
 */
public record RaftConfig(
    String selfName,
    String bindAddress,
    List<String> memberNames,
    boolean bootstrap,
    RaftTimings timings,
    RaftLimits limits,
    LinkOptions link,
    Optional<Path> folder,
    FatalHandler fatalHandler,
    CompactionPolicy compaction) {
  public RaftConfig {
    memberNames = memberNames.stream().sorted().distinct().toList();
    if (!memberNames.contains(selfName)) {
      throw new IllegalArgumentException(
          "this member's name " + selfName + " must be one of the members " + memberNames);
    }
  }

  /** With plain links, remembering nothing. */
  public RaftConfig(
      String selfName,
      String bindAddress,
      List<String> memberNames,
      boolean bootstrap,
      RaftTimings timings,
      RaftLimits limits,
      FatalHandler fatalHandler,
      CompactionPolicy compaction) {
    this(
        selfName,
        bindAddress,
        memberNames,
        bootstrap,
        timings,
        limits,
        LinkOptions.PLAIN,
        Optional.empty(),
        fatalHandler,
        compaction);
  }

  /** With default timings and limits, waiting for all members. */
  public RaftConfig(
      String selfName, String bindAddress, List<String> memberNames, FatalHandler fatalHandler) {
    this(
        selfName,
        bindAddress,
        memberNames,
        false,
        RaftTimings.DEFAULT,
        RaftLimits.DEFAULT,
        fatalHandler);
  }

  /** With the default policy of compaction. */
  public RaftConfig(
      String selfName,
      String bindAddress,
      List<String> memberNames,
      boolean bootstrap,
      RaftTimings timings,
      RaftLimits limits,
      FatalHandler fatalHandler) {
    this(
        selfName,
        bindAddress,
        memberNames,
        bootstrap,
        timings,
        limits,
        fatalHandler,
        CompactionPolicy.DEFAULT);
  }
}
