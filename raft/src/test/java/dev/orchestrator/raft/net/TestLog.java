package dev.orchestrator.raft.net;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What the link has logged as a warning or worse, since the first look. */
final class TestLog extends AppenderBase<ILoggingEvent> {
  private static final TestLog INSTANCE = new TestLog();

  private final List<String> lines = new CopyOnWriteArrayList<>();

  private TestLog() {
    start();
    ((Logger) LoggerFactory.getLogger("dev.orchestrator.raft.net")).addAppender(this);
  }

  static List<String> lines() {
    return INSTANCE.lines;
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
      lines.add(event.getFormattedMessage());
    }
  }
}
