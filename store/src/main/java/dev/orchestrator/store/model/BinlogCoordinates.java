package dev.orchestrator.store.model;

/**
 * Place in a binary or relay log. Immutable.
 *
 * @param file file name, {@code ""} when unknown
 * @param position byte offset in the file, at least 0
 */
public record BinlogCoordinates(String file, long position) {
  /** Unknown place. */
  public static final BinlogCoordinates NONE = new BinlogCoordinates("", 0);

  @Override
  public String toString() {
    return file + ":" + position;
  }
}
