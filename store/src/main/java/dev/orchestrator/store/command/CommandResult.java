package dev.orchestrator.store.command;

/**
 * What the proposer learns from the application of its command. Immutable.
 *
 * @param accepted false when the command changed nothing because a condition did not hold
 * @param detail why it was refused, {@code ""} when accepted
 * @param id number of the row concerned, or a count; 0 where there is none
 */
public record CommandResult(boolean accepted, String detail, long id) {
  public static final CommandResult ACCEPTED = new CommandResult(true, "", 0);

  public static CommandResult accepted(long id) {
    return new CommandResult(true, "", id);
  }

  public static CommandResult refused(String why) {
    return new CommandResult(false, why, 0);
  }
}
