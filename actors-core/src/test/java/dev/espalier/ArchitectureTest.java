package dev.espalier;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The rules that hold for the whole module. Each is also run against [Offender], where it must fail.
class ArchitectureTest {
    private static final String ALLOW_LIST = "/public-types.txt";
    private static final Set<String> ALLOWED_SUN_TYPES = Set.of("sun.misc.Signal", "sun.misc.SignalHandler");

    private static JavaClasses core;
    private static JavaClasses offender;

    @BeforeAll
    static void importClasses() {
        core = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.espalier");
        offender = new ClassFileImporter().importClasses(Offender.class);
    }

    @Test
    void shouldUseNeitherLogbackNorFlightRecorder() {
        shouldHold(mustNotDependOn("dev.espalier..", "ch.qos.logback..", "jdk.jfr.."));
        shouldFail(mustNotDependOn("dev.espalier..", "ch.qos.logback.."));
        shouldFail(mustNotDependOn("dev.espalier..", "jdk.jfr.."));
    }

    @Test
    void shouldKeepSyncFreeOfActors() {
        // A module without a sync package would make the rule empty: ArchUnit fails then.
        shouldHold(mustNotDependOn("dev.espalier.sync..", "dev.espalier.actor.."));
    }

    @Test
    void shouldNotYield() {
        shouldHold(mustNotYield());
        shouldFail(mustNotYield());
    }

    @Test
    void shouldUseNoInternalsOfTheJdkButSignalsInOneClass() {
        var users = sunUsers(core, ALLOWED_SUN_TYPES);
        assertTrue(users.size() <= 1, () -> "sun.misc.Signal belongs in one class, not in " + users);
        assertThrows(AssertionError.class, () -> sunUsers(offender, Set.of()));
        assertEquals(Set.of("dev.espalier.ArchitectureTest"), sunUsers(offender, ALLOWED_SUN_TYPES));
    }

    @Test
    void shouldPublishOnlyTypesOnTheAllowList() throws IOException {
        var allowed = allowList();
        var published = core.stream()
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getName)
                .collect(toCollection(TreeSet::new));
        assertEquals("", difference(allowed, published), "public types differ from src/test/resources" + ALLOW_LIST);
    }

    @Test
    void shouldShowWhatDiffersFromTheAllowList() {
        var allowed = new TreeSet<>(Set.of("a.Gone", "a.Kept"));
        var published = new TreeSet<>(Set.of("a.Kept", "a.New"));
        assertEquals(
                "+ a.New (public, not on the list)\n- a.Gone (on the list, not public)\n",
                difference(allowed, published));
    }

    private static ArchRule mustNotDependOn(String from, String... to) {
        return noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(to);
    }

    private static ArchRule mustNotYield() {
        return noClasses()
                .should()
                .accessTargetWhere(
                        targetOwner(name(Thread.class.getName())).and(JavaAccess.Predicates.target(name("yield"))));
    }

    /// The top-level classes that use types of `sun..`; fails if one of those types is not allowed.
    private static SortedSet<String> sunUsers(JavaClasses classes, Set<String> allowed) {
        var users = new TreeSet<String>();
        for (JavaClass type : classes) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String used = dependency.getTargetClass().getBaseComponentType().getName();
                if (used.startsWith("sun.") || used.startsWith("jdk.internal.")) {
                    assertTrue(allowed.contains(used), dependency::getDescription);
                    users.add(topLevel(type).getName());
                }
            }
        }
        return users;
    }

    private static JavaClass topLevel(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::topLevel).orElse(type);
    }

    private static SortedSet<String> allowList() throws IOException {
        try (InputStream in = ArchitectureTest.class.getResourceAsStream(ALLOW_LIST)) {
            return new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .collect(toCollection(TreeSet::new));
        }
    }

    private static String difference(SortedSet<String> allowed, SortedSet<String> published) {
        var text = new StringBuilder();
        published.stream()
                .filter(type -> !allowed.contains(type))
                .forEach(type -> text.append("+ ").append(type).append(" (public, not on the list)\n"));
        allowed.stream()
                .filter(type -> !published.contains(type))
                .forEach(type -> text.append("- ").append(type).append(" (on the list, not public)\n"));
        return text.toString();
    }

    private static void shouldHold(ArchRule rule) {
        rule.check(core);
    }

    private static void shouldFail(ArchRule rule) {
        assertTrue(rule.evaluate(offender).hasViolation(), rule::getDescription);
    }

    /// Breaks the rules on purpose; it is never run.
    @SuppressWarnings({"unused", "ThreadPriorityCheck"})
    private static final class Offender {
        private final Runnable yield = Thread::yield;
        private final ch.qos.logback.classic.Level level = ch.qos.logback.classic.Level.INFO;
        private final jdk.jfr.Event event = new jdk.jfr.Event() {};
        private final sun.misc.Signal signal = new sun.misc.Signal("TERM");
    }
}
