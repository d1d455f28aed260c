package dev.orchestrator.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.orchestrator.raft.core.Chunk;
import dev.orchestrator.raft.core.LastIncluded;
import dev.orchestrator.raft.core.LogId;
import dev.orchestrator.raft.core.MemberId;
import dev.orchestrator.raft.core.Membership;
import dev.orchestrator.raft.core.SnapshotInfo;
import dev.orchestrator.raft.port.StateImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSnapshotsTest {
  private static final LastIncluded PLACE =
      new LastIncluded(
          new LogId(3, 9), Optional.of(new Membership("cluster", List.of(new MemberId("a:1", 7)))));

  @TempDir Path temp;
  private FileSnapshots sender;
  private FileSnapshots receiver;
  private final byte[] state = new byte[200_000];

  @BeforeEach
  void open() throws IOException {
    new SplittableRandom(1).nextBytes(state);
    sender = new FileSnapshots(temp.resolve("sender"));
    receiver = new FileSnapshots(temp.resolve("receiver"));
  }

  @Test
  void partsMakeTheImageWholeAgain() throws IOException {
    SnapshotInfo info = sender.spool(PLACE, image(state));
    assertThat(info.sizeBytes()).isEqualTo(state.length);
    copy(info, 0, state.length);
    assertThat(receiver.isComplete(info)).isTrue();
    try (InputStream received = receiver.open(info)) {
      assertThat(received.readAllBytes()).isEqualTo(state);
    }
    receiver.discardReceived();
    assertThatThrownBy(() -> receiver.open(info)).isInstanceOf(IOException.class);
    sender.discardSpool();
    assertThatThrownBy(() -> sender.read(info, 0, 1)).isInstanceOf(IOException.class);
  }

  @Test
  void aBrokenTransferGoesOnAfterARestart() throws IOException {
    SnapshotInfo info = sender.spool(PLACE, image(state));
    copy(info, 0, 120_000);
    receiver = new FileSnapshots(temp.resolve("receiver"));
    assertThat(receiver.store(info, 0, Chunk.of(sender.read(info, 0, 1_000)))).isEqualTo(120_000);
    copy(info, 120_000, state.length);
    assertThat(receiver.isComplete(info)).isTrue();
  }

  @Test
  void anotherSnapshotTakesThePlaceOfHalfAOne() throws IOException {
    SnapshotInfo first = sender.spool(PLACE, image(state));
    copy(first, 0, 120_000);
    state[0]++;
    SnapshotInfo second = sender.spool(PLACE, image(state));
    assertThat(second).isNotEqualTo(first);
    copy(second, 0, state.length);
    assertThat(receiver.isComplete(second)).isTrue();
    assertThatThrownBy(() -> sender.read(first, 0, 1)).isInstanceOf(IOException.class);
  }

  @Test
  void partsOutOfOrderAndBeyondTheEndChangeNothing() throws IOException {
    SnapshotInfo info = sender.spool(PLACE, image(state));
    assertThat(receiver.store(info, 500, Chunk.of(new byte[10]))).isZero();
    assertThat(receiver.store(info, 0, Chunk.of(new byte[state.length + 1]))).isZero();
    copy(info, 0, 1_000);
    assertThat(receiver.store(info, 0, Chunk.of(new byte[1_000]))).isEqualTo(1_000);
  }

  @Test
  void aWrongByteIsFoundAndNothingOfItIsKept() throws IOException {
    SnapshotInfo info = sender.spool(PLACE, image(state));
    byte[] spooled = Files.readAllBytes(temp.resolve("sender/spool"));
    spooled[77] ^= 1;
    Files.write(temp.resolve("sender/spool"), spooled);
    copy(info, 0, state.length);
    assertThat(receiver.isComplete(info)).isFalse();
    assertThat(receiver.store(info, 5, Chunk.of(new byte[0]))).isZero();
  }

  @Test
  void anImageThatFailsHalfWayLeavesNothing() {
    StateImage failing =
        new StateImage() {
          @Override
          public LogId id() {
            return PLACE.id();
          }

          @Override
          public void writeTo(OutputStream out) throws IOException {
            out.write(new byte[50_000]);
            throw new IOException("no space left on device");
          }

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> sender.spool(PLACE, failing)).hasMessageContaining("no space");
    assertThat(temp.resolve("sender/spool")).doesNotExist();
  }

  private void copy(SnapshotInfo info, int from, int to) throws IOException {
    for (int offset = from; offset < to; offset += 30_000) {
      int length = Math.min(30_000, to - offset);
      byte[] part = sender.read(info, offset, length);
      assertThat(receiver.store(info, offset, Chunk.of(part))).isEqualTo(offset + length);
    }
  }

  private static StateImage image(byte[] state) {
    byte[] pinned = Arrays.copyOf(state, state.length);
    return new StateImage() {
      @Override
      public LogId id() {
        return PLACE.id();
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        out.write(pinned);
      }

      @Override
      public void close() {}
    };
  }
}
