package dev.orchestrator.server;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The house's arrows: imports point left, and only some rooms touch the world outside. */
class ArchitectureTest {
  /** Modules in dependency order: each may import from those before it only. */
  private static final List<String> ORDER =
      List.of("proto", "raft", "store", "probe", "api", "server");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.orchestrator");

  @TestFactory
  List<DynamicTest> importsPointLeft() {
    return IntStream.range(0, ORDER.size() - 1)
        .mapToObj(
            place ->
                DynamicTest.dynamicTest(
                    ORDER.get(place),
                    () ->
                        noClasses()
                            .that()
                            .resideInAPackage(module(ORDER.get(place)))
                            .should()
                            .dependOnClassesThat()
                            .resideInAnyPackage(
                                ORDER.subList(place + 1, ORDER.size()).stream()
                                    .map(ArchitectureTest::module)
                                    .toArray(String[]::new))
                            .check(CLASSES)))
        .toList();
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching("dev.orchestrator.(raft|store|probe|api|server).(**)")
        .namingSlices("$1.$2")
        .should()
        .beFreeOfCycles()
        .check(CLASSES);
  }

  @Test
  void nettyStaysInRaftNet() {
    onlyIn("io.netty..", "dev.orchestrator.raft.net..");
  }

  @Test
  void rocksDbStaysInStoreLog() {
    onlyIn("org.rocksdb..", "dev.orchestrator.store.log..");
  }

  @Test
  void sqlDriversStayInStoreSql() {
    onlyIn("org.sqlite..", "dev.orchestrator.store.sql..");
    onlyIn("com.zaxxer.hikari..", "dev.orchestrator.store.sql..");
    onlyIn("org.flywaydb..", "dev.orchestrator.store.sql..");
  }

  @Test
  void mySqlDriverStaysInProbe() {
    onlyIn("com.mysql..", "dev.orchestrator.probe.mysql..", "dev.orchestrator.store.sql..");
  }

  @Test
  void oldWordsStayAtTheEdge() {
    List<String> oldNames =
        CLASSES.stream()
            .filter(type -> !type.getPackageName().startsWith("dev.orchestrator.api.legacy"))
            .filter(type -> !type.getPackageName().startsWith("dev.orchestrator.proto"))
            .flatMap(
                type ->
                    Stream.concat(
                        Stream.of(type.getSimpleName()),
                        type.getMembers().stream()
                            .map(member -> type.getSimpleName() + "." + member.getName())))
            .filter(name -> name.toLowerCase(Locale.ROOT).matches(".*(master|slave).*"))
            .toList();
    assertThat(oldNames).isEmpty();
  }

  @Test
  void jettyStaysInApi() {
    onlyIn("org.eclipse.jetty..", "dev.orchestrator.api..");
  }

  @Test
  void jacksonStaysInApiAndConfig() {
    onlyIn("tools.jackson..", "dev.orchestrator.api..", "dev.orchestrator.server.config..");
  }

  @Test
  void protobufStaysInCodecs() {
    onlyIn(
        "com.google.protobuf..",
        "dev.orchestrator.proto..",
        "dev.orchestrator.probe.observer..",
        "dev.orchestrator.raft.net..",
        "dev.orchestrator.store.command..",
        "dev.orchestrator.store.log..");
  }

  @Test
  void theCoreIsPure() {
    pure("dev.orchestrator.raft.core..", "dev.orchestrator.raft.core..");
  }

  @Test
  void judgementIsPure() {
    pure(
        "dev.orchestrator.probe.analysis..",
        "dev.orchestrator.probe.analysis..",
        "dev.orchestrator.probe.topology..",
        "dev.orchestrator.store.model..");
    pure(
        "dev.orchestrator.probe.topology..",
        "dev.orchestrator.probe.topology..",
        "dev.orchestrator.store.model..");
  }

  private static String module(String name) {
    return "dev.orchestrator." + name + "..";
  }

  private static void onlyIn(String library, String... rooms) {
    noClasses()
        .that()
        .resideOutsideOfPackages(rooms)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CLASSES);
  }

  /** No clock, no thread, no file, no socket: plain values in, plain values out. */
  private static void pure(String room, String... friends) {
    classes()
        .that(resideInAPackage(room).and(simpleName("package-info").negate()))
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(friends)
                .or(
                    resideInAnyPackage(
                        "java.lang",
                        "java.lang.annotation",
                        "java.lang.invoke",
                        "java.lang.runtime",
                        "java.util",
                        "java.util.function",
                        "java.util.stream",
                        "java.util.random",
                        "java.util.regex",
                        "java.time",
                        "org.jspecify.annotations"))
                .and(
                    com.tngtech.archunit.base.DescribedPredicate.not(
                        simpleName("Thread")
                            .or(simpleName("Clock"))
                            .or(simpleName("Process"))
                            .or(simpleName("ProcessBuilder"))))
                .or(simpleName("CRC32C"))
                .or(resideInAPackage("")))
        .check(CLASSES);
  }
}
