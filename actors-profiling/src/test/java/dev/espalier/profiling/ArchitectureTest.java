package dev.espalier.profiling;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The rules that hold for the whole module. Each is also run against [Offender], where it must fail.
class ArchitectureTest {
    private static final JavaClasses PROFILING = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.espalier.profiling", "dev.espalier.observer");
    private static final JavaClasses OFFENDER = new ClassFileImporter().importClasses(Offender.class);

    @Test
    void shouldDependOnNothingButHdrHistogramSlf4jTheCoreAndTheJdk() {
        check(classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "org.slf4j..",
                        "org.HdrHistogram..",
                        "jdk.jfr..",
                        "javax.management..",
                        "jdk.management",
                        "com.sun.management",
                        "com.sun.net.httpserver",
                        "io.micrometer.core..",
                        "io.opentelemetry.api..",
                        "io.opentelemetry.context..",
                        "sun.misc",
                        "dev.espalier.actor",
                        "dev.espalier.sync",
                        "dev.espalier.observer",
                        "dev.espalier.profiling"));
    }

    @Test
    void shouldUseSignalsInOneClass() {
        check(noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ProfileSwitch.class.getName())
                .should()
                .dependOnClassesThat()
                .resideInAPackage("sun.misc"));
    }

    @Test
    void shouldNotYield() {
        check(noClasses()
                .should()
                .accessTargetWhere(
                        targetOwner(name(Thread.class.getName())).and(JavaAccess.Predicates.target(name("yield")))));
    }

    @Test
    void shouldPublishOnlyTypesOnTheAllowList() throws IOException {
        try (InputStream in = ArchitectureTest.class.getResourceAsStream("/public-types.txt")) {
            var allowed = new String(in.readAllBytes(), UTF_8).lines().collect(toCollection(TreeSet::new));
            var published = PROFILING.stream()
                    .filter(type ->
                            type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                    .map(JavaClass::getName)
                    .collect(toCollection(TreeSet::new));
            assertEquals(allowed, published);
        }
    }

    private static void check(ArchRule rule) {
        rule.check(PROFILING);
        assertTrue(rule.evaluate(OFFENDER).hasViolation(), rule::getDescription);
    }

    /// Breaks the rules on purpose; it is never run.
    @SuppressWarnings({"unused", "ThreadPriorityCheck"})
    private static final class Offender {
        private final Runnable yield = Thread::yield;
        private final sun.misc.Signal signal = new sun.misc.Signal("TERM");
        private final org.junit.jupiter.api.function.Executable other = () -> {};
    }
}
