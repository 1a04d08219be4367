package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class StrandTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void shouldBeOneObjectPerThread() throws Exception {
        Strand mine = Strand.current();
        assertSame(mine, Strand.current());
        assertSame(Thread.currentThread(), mine.thread());
        assertFalse(mine.isVirtualTime());
        var other = new AtomicReference<Strand>();
        Thread thread = Thread.ofPlatform().start(() -> other.set(Strand.current()));
        thread.join();
        assertNotSame(mine, other.get());
        assertFalse(other.get().isAlive());
        assertTrue(mine.isAlive());
    }

    @Test
    void shouldHaveItsNameAndKindWhenItStarts() {
        var names = new ArrayList<String>();
        Strand green =
                Strand.start("green", () -> names.add(Thread.currentThread().getName()));
        assertTrue(green.join(LONG));
        Strand platform = Strand.startPlatform(
                "platform", true, () -> names.add(Thread.currentThread().getName()));
        assertTrue(platform.join(LONG));
        assertEquals(List.of("green", "platform"), names);
        assertTrue(green.thread().isVirtual());
        assertFalse(platform.thread().isVirtual());
        assertTrue(platform.thread().isDaemon());
        assertFalse(green.isAlive());
        assertEquals("Strand[green]", green.toString());
    }

    @Test
    void shouldInheritTheGround() throws Exception {
        VirtualTime.run(() -> {
            var virtual = new ArrayList<Boolean>();
            Runnable body = () -> virtual.add(Strand.current().isVirtualTime());
            Strand green = Strand.start("green", body);
            Strand platform = Strand.startPlatform("platform", true, body);
            assertTrue(green.join(LONG) && platform.join(LONG));
            assertEquals(List.of(true, true), virtual);
            assertFalse(platform.thread().isVirtual());
        });
    }

    @Test
    void shouldTellTheHandlerWhenTheBodyThrows() throws Exception {
        var seen = new AtomicReference<Throwable>();
        var handled = new Signal();
        Strand strand = Strand.start("bad", () -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {
                seen.set(error);
                handled.go();
            });
            throw new IllegalStateException("expected in this test");
        });
        assertTrue(strand.join(LONG));
        assertTrue(handled.waitForGo(LONG));
        assertEquals("expected in this test", seen.get().getMessage());
    }

    @Test
    void shouldJoinOnlyWhatItStarted() throws Exception {
        assertThrows(IllegalStateException.class, () -> Strand.current().join(LONG));
        VirtualTime.run(() -> {
            Strand sleeper = Strand.start("sleeper", () -> Strand.sleep(Duration.ofSeconds(2)));
            assertFalse(sleeper.join(Duration.ofSeconds(1)));
            assertTrue(sleeper.isAlive());
            assertTrue(sleeper.join(Duration.ofSeconds(5)));
            assertEquals(Duration.ofSeconds(2), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldNotParkWhenUnparkedBefore() throws Exception {
        VirtualTime.run(this::parkWithPermit);
        parkWithPermit();
    }

    private void parkWithPermit() {
        Strand.current().unpark();
        long begin = Strand.now();
        Strand.park(this, Strand.deadlineAfter(LONG));
        assertTrue(Strand.now() - begin < LONG.toNanos());
        Strand.park(this, Strand.now() - 1);
    }

    @Test
    void shouldThrowAndKeepTheFlagWhenInterrupted() throws Exception {
        VirtualTime.run(this::interruptSleeper);
        interruptSleeper();
    }

    private void interruptSleeper() {
        var flags = new ArrayList<Boolean>();
        var message = new AtomicReference<String>();
        Strand sleeper = Strand.start("sleeper", () -> {
            var error = assertThrows(CancelledException.class, () -> Strand.sleep(Duration.ofDays(1)));
            message.set(error.getMessage());
            flags.add(error.wasInterrupt());
            flags.add(Thread.currentThread().isInterrupted());
            assertThrows(CancelledException.class, () -> Strand.sleep(Duration.ZERO));
            flags.add(Thread.interrupted());
            Strand.sleep(Duration.ofNanos(1));
        });
        Strand.sleep(Duration.ofMillis(5));
        sleeper.interrupt();
        assertTrue(sleeper.join(LONG));
        assertEquals(List.of(true, true, true), flags);
        assertEquals("interrupted: sleeper", message.get());
    }

    @Test
    void shouldRunATaskOnTheTimerThreadAndNotWhenRemoved() {
        var name = new AtomicReference<String>();
        var done = new Signal();
        Strand self = Strand.current();
        Registration removed = self.schedule(self.nanoTime() + 1_000_000_000, () -> name.set("removed"));
        assertTrue(removed.remove());
        assertFalse(removed.remove());
        assertNull(name.get());
        Registration ran = self.schedule(self.nanoTime(), () -> {
            Thread thread = Thread.currentThread();
            name.set(thread.getName() + (thread.isDaemon() && !thread.isVirtual() ? ", platform daemon" : ""));
            done.go();
        });
        assertTrue(done.waitForGo(LONG));
        assertEquals("espalier-timer, platform daemon", name.get());
        assertFalse(ran.remove());
        assertTrue(self.schedule(Long.MAX_VALUE, () -> {}).remove());
    }

    @Test
    void shouldComputeDeadlinesWithoutOverflow() {
        assertEquals(Long.MAX_VALUE, Strand.deadlineAfter(Duration.ofSeconds(Long.MAX_VALUE)));
        assertThrows(IllegalArgumentException.class, () -> Strand.deadlineAfter(Duration.ofNanos(-1)));
        assertEquals(
                "duration",
                assertThrows(NullPointerException.class, () -> Strand.deadlineAfter(null))
                        .getMessage());
        long now = Strand.now();
        assertTrue(Strand.deadlineAfter(LONG) - now >= LONG.toNanos());
    }

    @Test
    void shouldLetOthersRunWhenItGivesWayForAMoment() {
        var served = new Signal();
        var giveUp = Till.after(Duration.ofSeconds(10));
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            Strand.start("busy-" + i, () -> {
                while (!served.isGo() && !giveUp.isGo()) {
                    Strand.giveWay(1);
                }
            });
        }
        Strand.start("newcomer", served::go);
        assertTrue(served.waitForGo(giveUp));
        giveUp.remove();
    }
}
