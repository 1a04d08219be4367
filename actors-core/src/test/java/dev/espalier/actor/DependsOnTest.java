package dev.espalier.actor;

import static dev.espalier.actor.StopFixture.node;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DependsOnTest {
    // dependsOn.

    @Test
    void shouldStartWhatOthersDependOnFirstSoThatItOutlivesThem() throws Exception {
        VirtualTime.run(() -> {
            List<String> stopped = new ArrayList<>();
            var system = MailFixture.builder().start();
            List<ActorRef<?>> started = system.spawnAll(List.of(
                    node("http", stopped, List.of()).dependsOn("db", "cache"),
                    node("cache", stopped, List.of()).dependsOn("db"),
                    node("alone", stopped, List.of()),
                    node("db", stopped, List.of())));
            List<String> names = started.stream().map(ActorRef::name).toList();
            assertTrue(names.indexOf("db") < names.indexOf("cache"), names::toString);
            assertTrue(names.indexOf("cache") < names.indexOf("http"), names::toString);
            system.shutdown();
            assertTrue(stopped.indexOf("/t/db") > stopped.indexOf("/t/cache"), stopped::toString);
            assertTrue(stopped.indexOf("/t/cache") > stopped.indexOf("/t/http"), stopped::toString);
            assertEquals(4, stopped.size());
        });
    }

    @Test
    void shouldRefuseBadDependenciesAndNamesPrecisely() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<String> none = new ArrayList<>();
            List<ActorSpec<Object>> cycle = List.of(
                    node("x", none, List.of()).dependsOn("a"),
                    node("a", none, List.of()).dependsOn("b"),
                    node("b", none, List.of()).dependsOn("c"),
                    node("c", none, List.of()).dependsOn("a"));
            assertEquals(
                    "dependsOn is cyclic: a -> b -> c -> a",
                    assertThrows(IllegalArgumentException.class, () -> system.spawnAll(cycle))
                            .getMessage());
            assertEquals(
                    "a depends on itself",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> node("a", none, List.of()).dependsOn("a"))
                            .getMessage());
            assertEquals(
                    "/t/http depends on db, which is no living sibling; start it before",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> system.spawn(
                                            node("http", none, List.of()).dependsOn("db")))
                            .getMessage());
            assertEquals(
                    "The name a stands twice",
                    assertThrows(
                                    IllegalArgumentException.class,
                                    () -> system.spawnAll(
                                            List.of(node("a", none, List.of()), node("a", none, List.of()))))
                            .getMessage());
            assertEquals(List.of(), system.children().refs());
            assertEquals(List.of(), none, "nothing was started");

            ActorRef<Object> first = system.spawn(node("a", none, List.of()));
            var taken = assertThrows(NameTakenException.class, () -> system.spawn(node("a", none, List.of())));
            assertEquals(first, taken.ref());
            assertEquals(
                    "An actor /t/a already exists; its name is free again once it has stopped", taken.getMessage());
            first.stop();
            first.join();
            system.spawn(node("a", none, List.of()));

            for (String bad : List.of("", " ", "a/b", "/", "x".repeat(256))) {
                assertEquals(
                        "The name of an actor has 1 to 255 characters, not only blanks and no '/': \"" + bad + "\"",
                        assertThrows(IllegalArgumentException.class, () -> node(bad, none, List.of()))
                                .getMessage());
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ActorSystem.builder(bad).start());
            }
            assertEquals(
                    "An actor needs a name",
                    assertThrows(NullPointerException.class, () -> node(null, none, List.of()))
                            .getMessage());
            assertThrows(NullPointerException.class, () -> system.spawn(null));
            assertThrows(NullPointerException.class, () -> system.spawnAll(null));
            assertEquals(1, system.children().refs().size());
        });
    }

    @Test
    void shouldStopTheOnesAlreadyStartedWhenOneOfManyCannotStart() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                List<String> stopped = new ArrayList<>();
                var cause = new IllegalStateException("no port");
                ActorSpec<Object> bad = ActorSpec.behavior("bad", () -> {
                    throw cause;
                });
                var failed = assertThrows(
                        StartFailedException.class,
                        () -> system.spawnAll(List.of(
                                node("a", stopped, List.of()),
                                node("b", stopped, List.of()),
                                bad,
                                node("c", stopped, List.of()))));
                assertEquals(cause, failed.getCause());
                assertEquals(List.of("/t/b", "/t/a"), stopped);
                assertEquals(List.of(), system.children().refs());
            });
            assertEquals(List.of(), log.lines());
        }
    }
}
