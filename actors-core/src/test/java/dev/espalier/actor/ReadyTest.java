package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ReadyTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void shouldMakeTheSpawnerWaitUntilTheBodySaysThatItIsReady() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<String> body = system.spawn(ActorSpec.<String>body("body", (inbox, ctx) -> {
                        Strand.sleep(SECOND);
                        ctx.ready();
                        ctx.ready(); // says nothing new
                        ctx.pleaseStop().waitForGo();
                    })
                    .saysReady());
            assertEquals(SECOND, VirtualTime.elapsed());
            assertEquals(ActorState.RUNNING, body.state());
        });
    }

    @Test
    void shouldTakeTheFirstLookIntoTheInboxForReady() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            system.spawn(ActorSpec.<String>body("body", (inbox, ctx) -> {
                        Strand.sleep(SECOND);
                        inbox.receive();
                    })
                    .saysReady());
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldFailTheSpawnWhenTheBodyThrowsOrEndsBefore() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var cause = new IllegalStateException("no port");
            var failed = assertThrows(
                    StartFailedException.class,
                    () -> system.spawn(ActorSpec.<String>body("body", (inbox, ctx) -> {
                                throw cause;
                            })
                            .saysReady()));
            assertSame(cause, failed.getCause());
            var ended = assertThrows(
                    StartFailedException.class,
                    () -> system.spawn(
                            ActorSpec.<String>body("body", (inbox, ctx) -> {}).saysReady()));
            assertEquals(
                    "/t/body ended before it said that it was ready",
                    ended.getCause().getMessage());
            assertTrue(system.find("/t/body").isEmpty());
            assertEquals(List.of(), system.failures());
        });
    }

    @Test
    void shouldFailTheSpawnWhenTheBodyIsStoppedBefore() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            Strand.start("stopper", () -> {
                Strand.sleep(SECOND);
                system.find("/t/body").orElseThrow().cancel();
            });
            var failed = assertThrows(
                    StartFailedException.class,
                    () -> system.spawn(ActorSpec.<String>body("body", (inbox, ctx) -> Strand.sleep(LONG))
                            .saysReady()));
            assertInstanceOf(CancelledException.class, failed.getCause());
            assertEquals(SECOND, VirtualTime.elapsed());
        });
    }

    @Test
    void shouldBeReadyAgainOnlyWhenTheNextIncarnationSaysSo() throws Exception {
        try (var log = EngineLog.silent()) {
            MailFixture.inVirtualSystem(system -> {
                ActorRef<String> body = system.spawn(ActorSpec.<String>body("body", (inbox, ctx) -> {
                            Strand.sleep(SECOND);
                            if (ctx.incarnation() == 2) {
                                throw new IllegalStateException("the restart fails");
                            }
                            ctx.ready();
                            inbox.receive();
                            throw new IllegalStateException("on purpose");
                        })
                        .saysReady());
                body.tell("x");
                Strand.sleep(Duration.ofMillis(1));
                assertFalse(body.awaitReady(SECOND));
                assertTrue(body.awaitReady(LONG));
                assertEquals(3, body.info().incarnation());
                assertEquals(Duration.ofSeconds(3), VirtualTime.elapsed());
                assertEquals(2, system.failures().size());
            });
            assertEquals(List.of(), log.lines());
        }
    }

    @Test
    void shouldRefuseAnotherThread() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            AtomicReference<ActorContext<String>> ctx = new AtomicReference<>();
            system.spawn(ActorSpec.<String>body("body", (inbox, own) -> {
                        ctx.set(own);
                        inbox.receive();
                    })
                    .saysReady());
            var refused =
                    assertThrows(IllegalStateException.class, () -> ctx.get().ready());
            assertEquals("Only /t/body itself can say that it is ready", refused.getMessage());
        });
    }
}
