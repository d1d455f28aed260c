package dev.orchestrator.store.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.port.StateImage;
import dev.orchestrator.raft.port.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers commands in memory; outlives its member like a database would. */
final class Journal implements StateMachine<String> {
  volatile List<String> commands = new CopyOnWriteArrayList<>();
  final AtomicInteger restored = new AtomicInteger();
  private volatile LogId applied = LogId.ZERO;

  @Override
  public LogId applied() {
    return applied;
  }

  @Override
  public String apply(LogId id, byte[] command) {
    String text = new String(command, UTF_8);
    commands.add(text);
    applied = id;
    return "applied " + (text.length() > 100 ? text.length() + " letters" : text);
  }

  @Override
  public void advance(LogId id) {
    applied = id;
  }

  @Override
  public LogId sync() {
    return applied;
  }

  @Override
  public StateImage image() {
    List<String> pinned = List.copyOf(commands);
    LogId id = applied;
    return new StateImage() {
      @Override
      public LogId id() {
        return id;
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(pinned.size());
        for (String command : pinned) {
          byte[] bytes = command.getBytes(UTF_8);
          data.writeInt(bytes.length);
          data.write(bytes);
        }
        data.flush();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void restore(LogId id, InputStream image) {
    List<String> read = new ArrayList<>();
    try (DataInputStream data = new DataInputStream(image)) {
      for (int left = data.readInt(); left > 0; left--) {
        read.add(new String(data.readNBytes(data.readInt()), UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    commands = new CopyOnWriteArrayList<>(read);
    applied = id;
    restored.incrementAndGet();
  }
}
