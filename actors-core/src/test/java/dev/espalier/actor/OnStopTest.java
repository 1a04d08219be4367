package dev.espalier.actor;

import static dev.espalier.actor.LadderFixture.FOREVER;
import static dev.espalier.actor.LadderFixture.SECOND;
import static dev.espalier.actor.LadderFixture.afterShutdown;
import static dev.espalier.actor.LadderFixture.assertAbout;
import static dev.espalier.actor.LadderFixture.end;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.espalier.actor.MailFixture.EngineLog;
import dev.espalier.sync.CancelScope;
import dev.espalier.sync.CancelledException;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// The last hook, on every way to the end.
class OnStopTest {
    // onStop.

    @Test
    void shouldRunOnStopExactlyOnceWhateverHappens() throws Exception {
        for (long seed = 1; seed <= 60; seed++) {
            long kind = seed % 6;
            try (var log = EngineLog.silent()) {
                MailFixture.inVirtualSystem(seed, system -> {
                    List<String> hooks = new ArrayList<>();
                    ActorRef<String> target = system.spawn(ActorSpec.<String>behavior("target", () -> new Behavior<>() {
                                @Override
                                public void onMessage(String message, ActorContext<String> ctx) {
                                    if (message.equals("fail")) {
                                        throw new IllegalStateException("on purpose");
                                    } else if (message.equals("self")) {
                                        ctx.stop();
                                    }
                                    Strand.sleep(Duration.ofMillis(1));
                                }

                                @Override
                                public void onStop(ActorContext<String> ctx) {
                                    hooks.add("onStop");
                                    throw new IllegalStateException("in onStop");
                                }
                            })
                            .restart(kind == 4 ? Restart.TEMPORARY : Restart.TRANSIENT)
                            .grace(Duration.ofMillis(50)));
                    target.tellAll(List.of("a", kind == 3 ? "self" : "b", kind >= 4 ? "fail" : "c", "d"));
                    VirtualTime.pause();
                    Strand one = Strand.start("one", kind == 1 ? target::cancel : target::stop);
                    Strand two = Strand.start("two", kind == 2 ? target::cancel : target::stop);
                    assertTrue(one.join(SECOND) && two.join(SECOND));
                    assertTrue(target.stopped().waitForGo(SECOND));
                    assertEquals(List.of("onStop"), hooks, "kind " + kind);
                    assertTrue(target.ledger().balanced());
                    assertEquals(4, target.ledger().accepted());
                });
                assertEquals(List.of(), log.lines());
            }
        }
    }

    @Test
    void shouldReportOnStopThatThrowsAndGoOn() throws Exception {
        try (var log = new EngineLog(Level.ERROR)) {
            VirtualTime.run(() -> {
                List<String> hooks = new ArrayList<>();
                var observer = new ActorObserver() {
                    @Override
                    public void hookFailed(String path, String hook, Throwable thrown) {
                        hooks.add(path + " " + hook + " " + thrown.getMessage());
                    }
                };
                var system = MailFixture.builder().observer(observer).start();
                ActorRef<String> target = system.spawn("target", () -> new Behavior<String>() {
                    @Override
                    public void onMessage(String message, ActorContext<String> ctx) {}

                    @Override
                    public void onStop(ActorContext<String> ctx) {
                        throw new IllegalStateException("in onStop");
                    }
                });
                StopReport report = system.shutdown();
                assertEquals(List.of("/t/target onStop in onStop"), hooks);
                assertEquals(ActorState.STOPPED, target.state());
                assertEquals(2, report.actors().size());
            });
            assertEquals(List.of("ERROR onStop of /t/target failed"), log.lines());
        }
    }

    @Test
    void shouldCancelAndThenAbandonAnOnStopThatHangs() throws Exception {
        afterShutdown(
                List.of(ActorSpec.behavior("hangs", () -> new Behavior<>() {
                            @Override
                            public void onMessage(Object message, ActorContext<Object> ctx) {}

                            @Override
                            public void onStop(ActorContext<Object> ctx) {
                                CancelScope.shield(() -> Strand.sleep(FOREVER));
                            }
                        })
                        .grace(SECOND)),
                report -> {
                    assertEquals(
                            StopReport.How.ABANDONED, end(report, "/t/hangs").how());
                    assertAbout(SECOND, report.took());
                });
    }

    @Test
    void shouldInterruptAnOnStopThatBeginsAfterTheCancelAndTakesItsTime() throws Exception {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (var log = EngineLog.silent()) {
            var system = MailFixture.builder().start();
            ActorRef<Object> slow = system.spawn(ActorSpec.behavior("slow", () -> new Behavior<>() {
                        @Override
                        public void onMessage(Object message, ActorContext<Object> ctx) {
                            seen.add("cancelled "
                                    + assertThrows(CancelledException.class, () -> Strand.sleep(FOREVER))
                                            .wasInterrupt());
                        }

                        @Override
                        public void onStop(ActorContext<Object> ctx) {
                            seen.add("onStop");
                            assertThrows(InterruptedException.class, () -> new CountDownLatch(1).await());
                            seen.add("interrupted");
                        }
                    })
                    .grace(Duration.ofMillis(20)));
            slow.tell("work");
            StopReport.End end = end(system.shutdown(), "/t/slow");
            assertEquals(List.of("cancelled false", "onStop", "interrupted"), seen);
            assertEquals(StopReport.How.INTERRUPTED, end.how());
            assertEquals(List.of(), log.lines());
        }
    }
}
