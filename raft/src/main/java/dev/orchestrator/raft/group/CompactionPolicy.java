package dev.orchestrator.raft.group;

/**
 * When the log is cut, and how much of it stays for followers that are a little behind. Each of the
 * first three is enough. Immutable.
 *
 * @param entries so many entries above {@code keepEntries}
 * @param bytes so many bytes above {@code keepBytes}
 * @param millis so much time since the last cut, if there is more than what is kept
 * @param keepEntries newest applied entries that stay, at most
 * @param keepBytes bytes in them, at most
 */
public record CompactionPolicy(
    long entries, long bytes, long millis, long keepEntries, long keepBytes) {
  /** Keeps the entries of the log below about 100 MB, and those of an idle one below 5,000. */
  public static final CompactionPolicy DEFAULT =
      new CompactionPolicy(50_000, 64L << 20, 3_600_000, 5_000, 16L << 20);

  public CompactionPolicy {
    if (entries <= 0 || bytes <= 0 || millis <= 0 || keepEntries < 0 || keepBytes < 0) {
      throw new IllegalArgumentException("all triggers must be above 0, what is kept at least 0");
    }
  }
}
