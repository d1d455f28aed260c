package dev.orchestrator.store.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CommandCodecPropertyTest {
  /** Whatever is written is read again, for every kind of command. */
  @Property(tries = 200)
  void everyCommandSurvivesTheLog(@ForAll long seed) {
    RandomCommands commands = new RandomCommands(seed);
    long stamp = new Random(seed).nextLong();
    for (Class<?> kind : RandomCommands.kindsOf(Command.class).toList()) {
      Command command = commands.next(kind);
      byte[] bytes = CommandCodec.encode(command, stamp);
      assertThat(CommandCodec.decode(bytes)).isEqualTo(new StampedCommand(command, stamp));
      assertThat(CommandCodec.encode(CommandCodec.decode(bytes).command(), stamp)).isEqualTo(bytes);
    }
  }

  /** Damage is told, never guessed around: either the bytes are read, or the clear exception. */
  @Property(tries = 500)
  void damagedBytesAreReadOrRefused(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = CommandCodec.encode(new RandomCommands(seed).next(), 1);
    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    try {
      assertThat(CommandCodec.decode(bytes)).isNotNull();
    } catch (UnknownCommandException e) {
      assertThat(e).hasMessageContaining("log entry");
    }
  }
}
