package dev.espalier.actor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdoptTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldMakeTheShutdownWaitForAnAdoptedThread() throws Exception {
        VirtualTime.run(() -> {
            List<String> seen = new ArrayList<>();
            var system = MailFixture.builder().start();
            Strand.start("foreign", () -> {
                try (Adoption me = system.adopt("poller")) {
                    seen.add(me.path() + " " + system.find("/t/poller").isPresent());
                    me.pleaseStop().waitForGo();
                    Strand.sleep(SECOND);
                    seen.add("done");
                }
                seen.add("still there " + system.find("/t/poller").isPresent());
            });
            Strand.sleep(SECOND);
            StopReport report = system.shutdown();
            assertEquals(SECOND, report.took());
            assertEquals("done", seen.get(1));
            Strand.sleep(SECOND);
            assertEquals(List.of("/t/poller true", "done", "still there false"), seen);
            assertEquals(
                    List.of("/t/poller", "/t"),
                    report.actors().stream().map(StopReport.End::path).toList());
            assertTrue(report.isClean());
        });
    }

    @Test
    void shouldBeAnActorToItsAsksAndNobodyElseAfterwards() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<ReplyTo<Integer>> silent = system.spawn("silent", () -> (replyTo, ctx) -> {});
            try (Adoption me = system.adopt("me")) {
                var late = assertThrows(AskTimeoutException.class, () -> silent.<Integer>ask(r -> r, SECOND));
                assertTrue(late.getMessage().startsWith("/t/me asked /t/silent"), late.getMessage());
                assertThrows(IllegalStateException.class, system::shutdown);
                try (Adoption inner = system.adopt("inner")) {
                    assertEquals("/t/inner", inner.path());
                }
                assertEquals("/t/me", Cell.current().path());
                assertFalse(me.pleaseStop().isGo());
            }
            assertEquals(null, Cell.current());
            var late = assertThrows(AskTimeoutException.class, () -> silent.<Integer>ask(r -> r, SECOND));
            assertTrue(late.getMessage().startsWith("thread test asked"), late.getMessage());
        });
    }

    @Test
    void shouldFreeTheNameWhenClosedAndBearASecondClose() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            Adoption first = system.adopt("me");
            var taken = assertThrows(NameTakenException.class, () -> system.adopt("me"));
            assertEquals("/t/me", taken.ref().path());
            assertSame(first.pleaseStop(), ((Cell<?>) taken.ref()).life.pleaseStop());
            first.close();
            first.close();
            try (Adoption again = system.adopt("me")) {
                first.close(); // not this one
                assertEquals("/t/me", again.path());
                assertTrue(system.find("/t/me").isPresent());
            }
            assertEquals(List.of(), system.children().refs());
        });
    }

    @Test
    void shouldRefuseAThreadWhenTheSystemStops() throws Exception {
        VirtualTime.run(() -> {
            var system = MailFixture.builder().start();
            system.shutdown();
            var refused = assertThrows(SpawnRefusedException.class, () -> system.adopt("late"));
            assertEquals("/t is stopping and takes no more children: late was refused", refused.getMessage());
            assertEquals(null, Cell.current());
        });
    }

    @Test
    void shouldRefuseABadName() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            assertThrows(IllegalArgumentException.class, () -> system.adopt("a/b"));
            assertThrows(IllegalArgumentException.class, () -> system.adopt(" "));
            assertThrows(NullPointerException.class, () -> system.adopt(null));
            assertEquals(List.of(), system.children().refs());
        });
    }

    private static CompletableFuture<Void> onOwnThread(Runnable code) {
        return CompletableFuture.runAsync(code, Thread.ofPlatform().daemon()::start);
    }

    @Test
    void shouldInterruptAndThenAbandonAThreadThatDoesNotLeave() throws Exception {
        try (var log = EngineLog.silent()) {
            var system = MailFixture.builder().budget(Duration.ofMillis(500)).start();
            var inside = new CountDownLatch(2);
            var release = new CountDownLatch(1);
            CompletableFuture<Void> polite = onOwnThread(() -> {
                try (Adoption me = system.adopt("interruptible")) {
                    assertEquals("/t/interruptible", me.path());
                    inside.countDown();
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    inside.countDown();
                }
            });
            CompletableFuture<Void> stubborn = onOwnThread(() -> {
                try (Adoption me = system.adopt("stubborn")) {
                    inside.countDown();
                    boolean done = false;
                    while (!done) {
                        try {
                            release.await();
                            done = true;
                        } catch (InterruptedException e) {
                            assertTrue(me.pleaseStop().isGo());
                        }
                    }
                }
            });
            assertTrue(inside.await(10, TimeUnit.SECONDS));
            StopReport report = system.shutdown();
            assertEquals(1, report.counts().get(StopReport.How.ABANDONED), report::toText);
            assertTrue(
                    report.actors().stream()
                            .anyMatch(end -> end.path().equals("/t/stubborn")
                                    && end.how() == StopReport.How.ABANDONED
                                    && !end.stack().isEmpty()),
                    report::toText);
            release.countDown();
            polite.get(10, TimeUnit.SECONDS); // throws what was thrown there
            stubborn.get(10, TimeUnit.SECONDS);
            assertEquals(List.of(), log.lines());
        }
    }
}
