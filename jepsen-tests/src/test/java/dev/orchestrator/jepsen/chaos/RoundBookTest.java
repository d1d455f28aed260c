package dev.orchestrator.jepsen.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.orchestrator.jepsen.drill.Console;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rounds still have to run. */
class RoundBookTest {
  private static final Task FIRST = task(1);
  private static final Task SECOND = task(2);

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @TempDir Path folder;

  private RoundBook book;

  @BeforeEach
  void open() {
    book = opened();
    book.plan(List.of(FIRST, SECOND));
  }

  @Test
  void aRoundThatDidNotComeToItsBoundaryIsRunAgainAfterTheOthers() {
    assertThat(book.next()).contains(FIRST);
    book.finish(round(FIRST, false));
    assertThat(book.next()).contains(SECOND);
    book.finish(round(SECOND, true));
    assertThat(book.next()).contains(FIRST);
    book.finish(round(FIRST, true));
    assertThat(book.next()).isEmpty();
    assertThat(book.table()).isTrue();
    assertThat(text()).contains("2 rounds, 0 bad, 0 did not come to their boundary, 0 to go");
  }

  @Test
  void itIsToldOfWhenItNeverComesThere() {
    for (var task = book.next(); task.isPresent(); task = book.next()) {
      book.finish(round(task.get(), task.get().equals(SECOND)));
    }
    book.table();
    assertThat(text()).contains("2 rounds, 0 bad, 1 did not come to their boundary, 0 to go");
  }

  @Test
  void whatWasWrongOnTheWayCountsAtOnce() {
    assertThat(book.next()).contains(FIRST);
    book.finish(new Finished(FIRST, false, 1, "no end", List.of("no recovery ended")));
    assertThat(book.table()).isFalse();
    assertThat(text()).contains("1 rounds, 1 bad");
  }

  @Test
  void whatHasRunIsNotRunAgainByALaterProgram() {
    book.finish(round(FIRST, true));
    RoundBook later = opened();
    later.plan(List.of(FIRST, SECOND));
    assertThat(later.next()).contains(SECOND);
    assertThat(later.next()).isEmpty();
  }

  private RoundBook opened() {
    return new RoundBook(
        folder.resolve("rounds.tsv"),
        new Console(new PrintStream(output, true, StandardCharsets.UTF_8)));
  }

  private String text() {
    return output.toString(StandardCharsets.UTF_8);
  }

  private static Finished round(Task task, boolean reached) {
    return new Finished(task, reached, 1.5, "promoted", List.of());
  }

  private static Task task(int turn) {
    return new Task(Flow.DEAD, Fault.KILL, new Boundary("DESIGNATE 7 SENDING"), turn);
  }
}
