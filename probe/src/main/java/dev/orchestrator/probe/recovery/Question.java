package dev.orchestrator.probe.recovery;

import java.util.List;

/**
 * What a recovery that has stopped asks a person, until a later one of the cluster succeeds.
 * Immutable.
 *
 * @param recoveryUid the recovery that asks
 * @param text why it stopped
 * @param answers what a person can do about it
 */
public record Question(String recoveryUid, String text, List<Answer> answers) {
  public Question {
    answers = List.copyOf(answers);
  }

  /**
   * One answer.
   *
   * @param path below /api/; NAME stands for who answers, SERVER for host/port of a server
   * @param meaning what it does, and what it gives up
   */
  public record Answer(String path, String meaning) {}
}
