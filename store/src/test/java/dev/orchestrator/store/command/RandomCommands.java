package dev.orchestrator.store.command;

import dev.orchestrator.store.model.Downtime;
import dev.orchestrator.store.model.InstanceKey;
import dev.orchestrator.store.model.PromotionRule;
import dev.orchestrator.store.model.Recovery;
import dev.orchestrator.store.model.RecoveryStep;
import dev.orchestrator.store.model.StateReport;
import dev.orchestrator.store.model.Tag;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Commands from a seed. Names come from a small world, so that commands meet and refuse each other;
 * free texts are wild.
 */
public final class RandomCommands {
  private static final List<Class<?>> KINDS = kindsOf(Command.class).toList();

  private final Random random;

  /** All records of a sealed family. */
  static Stream<Class<?>> kindsOf(Class<?> family) {
    return Arrays.stream(family.getPermittedSubclasses())
        .flatMap(kind -> kind.isSealed() ? kindsOf(kind) : Stream.of(kind));
  }

  public RandomCommands(long seed) {
    random = new Random(seed);
  }

  public Command next() {
    return next(KINDS.get(random.nextInt(KINDS.size())));
  }

  /** A command of the given kind. */
  public Command next(Class<?> kind) {
    return switch (kind.getSimpleName()) {
      case "AnnounceLeader" ->
          new Command.AnnounceLeader(
              name("n"), random.nextLong(4), "http://" + name("n") + ":3000");
      case "Discover" -> new Command.Discover(key());
      case "Forget" -> new Command.Forget(key());
      case "BeginDowntime" ->
          new Command.BeginDowntime(new Downtime(key(), text(), text(), time(), time()));
      case "EndDowntime" -> new Command.EndDowntime(key());
      case "EndLostDowntime" -> new Command.EndLostDowntime(key());
      case "SetGlobalRecoveries" -> new Command.SetGlobalRecoveries(random.nextInt(4) > 0);
      case "AcknowledgeRecoveries" -> acknowledge();
      case "RegisterCluster" ->
          new Command.RegisterCluster(name("cluster"), name("uuid"), key(), text());
      case "DesignatePrimary" ->
          new Command.DesignatePrimary(
              random.nextBoolean() ? "" : name("uid"),
              term(),
              name("cluster"),
              random.nextLong(1, 4),
              name("uuid"),
              key());
      case "RegisterDetection" ->
          new Command.RegisterDetection(
              key(), text(), text(), text(), text(), list(this::key), random.nextBoolean(), text());
      case "StartRecovery" ->
          new Command.StartRecovery(
              name("uid"),
              subject(),
              term(),
              name("n"),
              random.nextLong(100),
              random.nextBoolean());
      case "PlanSteps" -> new Command.PlanSteps(name("uid"), term(), list(this::step));
      case "TakeOverRecovery" -> new Command.TakeOverRecovery(name("uid"), term(), name("n"));
      case "StepIntended" -> new Command.StepIntended(name("uid"), term(), number(4), number(3));
      case "StepEnded" ->
          new Command.StepEnded(name("uid"), term(), number(4), number(3), state(), text());
      case "EndRecovery" -> new Command.EndRecovery(name("uid"), term(), ending());
      case "Expire" -> new Command.Expire(random.nextLong(100));
      case "ForgetCluster" -> new Command.ForgetCluster(name("cluster"), list(this::key));
      case "PutTag" -> new Command.PutTag(new Tag(key(), name("tag"), text()));
      case "DeleteTags" -> new Command.DeleteTags(maybe(this::key), name("tag"), maybe(this::text));
      case "RegisterCandidate" ->
          new Command.RegisterCandidate(
              key(), PromotionRule.values()[random.nextInt(PromotionRule.values().length)]);
      case "RegisterUnresolve" -> new Command.RegisterUnresolve(key(), text());
      case "SubmitPool" -> new Command.SubmitPool(name("pool"), list(this::key));
      case "BeginMaintenance" ->
          new Command.BeginMaintenance(key(), text(), text(), random.nextLong(60));
      case "EndMaintenance" ->
          new Command.EndMaintenance(maybe(this::key), maybe(() -> random.nextLong(1, 9)));
      case "SetClusterAlias" -> new Command.SetClusterAlias(key().toString(), text());
      case "PutKeyValue" -> new Command.PutKeyValue(name("key"), text());
      case "InjectedPseudoGtid" -> new Command.InjectedPseudoGtid(key().toString());
      case "PauseRecoveries" ->
          new Command.PauseRecoveries(name("c"), text(), text(), random.nextLong(3));
      case "ExpireNotes" ->
          new Command.ExpireNotes(random.nextLong(60), random.nextLong(60), random.nextLong(60));
      case "CheckState" -> new Command.CheckState();
      case "ReportState" ->
          new Command.ReportState(
              new StateReport(
                  name("n"),
                  random.nextLong(100),
                  "1",
                  text(),
                  new TreeMap<>(Map.of("a", text(), "b", text()))));
      case "RaiseFormat" ->
          new Command.RaiseFormat(random.nextInt(CommandCodec.FORMAT_VERSION + 1));
      default -> throw new AssertionError("no generator for " + kind + ": write one");
    };
  }

  private Command acknowledge() {
    return new Command.AcknowledgeRecoveries(
        maybe(() -> name("uid")),
        maybe(() -> random.nextLong(1, 6)),
        maybe(this::text),
        maybe(this::key),
        text(),
        text());
  }

  private Recovery.Subject subject() {
    return new Recovery.Subject(
        random.nextBoolean() ? "DEAD_PRIMARY" : text(),
        name("cluster"),
        text(),
        text(),
        key(),
        name("uuid"),
        text(),
        text(),
        list(this::key),
        list(() -> name("uuid")),
        random.nextLong(8),
        text());
  }

  private RecoveryStep step() {
    Map<String, String> arguments = new HashMap<>();
    list(this::text).forEach(name -> arguments.put(name, text()));
    return RecoveryStep.planned(number(9), text(), key(), name("uuid"), arguments, text());
  }

  private Recovery.Ending ending() {
    return new Recovery.Ending(
        random.nextBoolean(),
        maybe(this::key),
        text(),
        list(this::key),
        list(this::key),
        list(this::text),
        text(),
        time());
  }

  private RecoveryStep.State state() {
    RecoveryStep.State[] states = RecoveryStep.State.values();
    return states[random.nextInt(states.length)];
  }

  private InstanceKey key() {
    return random.nextInt(8) == 0
        ? InstanceKey.NONE
        : new InstanceKey(name("db"), 3306 + random.nextInt(2));
  }

  private long term() {
    return random.nextInt(4) == 0 ? random.nextLong(4) : 2;
  }

  private int number(int bound) {
    return 1 + random.nextInt(bound);
  }

  private Instant time() {
    return Instant.ofEpochMilli(random.nextLong(100_000));
  }

  private String name(String prefix) {
    return prefix + random.nextInt(4);
  }

  /** Any text that UTF-8 can carry, often with the signs that our own formats use. */
  private String text() {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(6);
    for (int i = 0; i < length; i++) {
      switch (random.nextInt(4)) {
        case 0 -> text.append("\\n=,:\r\n'\"\t;%".charAt(random.nextInt(12)));
        case 1 -> text.appendCodePoint(0x1F600 + random.nextInt(64));
        case 2 -> text.append((char) (1 + random.nextInt(0xD7FE)));
        default -> text.append((char) ('a' + random.nextInt(26)));
      }
    }
    return text.toString();
  }

  private <T> Optional<T> maybe(Supplier<T> value) {
    return random.nextInt(4) == 0 ? Optional.of(value.get()) : Optional.empty();
  }

  private <T> List<T> list(Supplier<T> item) {
    List<T> items = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      items.add(item.get());
    }
    return items;
  }
}
