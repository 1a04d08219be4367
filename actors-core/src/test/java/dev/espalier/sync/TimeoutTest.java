package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimeoutTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void shouldGiveTheResultWhenDoneInTime() throws Exception {
        VirtualTime.run(() -> {
            int result = CancelScope.timeout(SECOND, () -> 42);
            assertEquals(42, result);
            assertEquals(0, VirtualTime.pendingAlarms());
            assertThrows(IOException.class, () -> CancelScope.timeout(SECOND, TimeoutTest::fails));
        });
    }

    private static int fails() throws IOException {
        throw new IOException("no");
    }

    @Test
    void shouldThrowWhenTheTimeIsOver() throws Exception {
        VirtualTime.run(() -> {
            var error =
                    assertThrows(TimedOutException.class, () -> CancelScope.timeout(SECOND, () -> Strand.sleep(DAY)));
            assertEquals("not done within PT1S", error.getMessage());
            assertInstanceOf(CancelledException.class, error.getCause());
            assertEquals(SECOND, VirtualTime.elapsed());
            CancelScope.check();
        });
    }

    @Test
    void shouldThrowAtTheFirstBlockingCallWhenTheTimeIsZero() throws Exception {
        VirtualTime.run(() -> {
            assertThrows(
                    TimedOutException.class,
                    () -> CancelScope.timeout(Duration.ZERO, () -> new Signal().waitForGo(DAY)));
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
            assertThrows(IllegalArgumentException.class, () -> CancelScope.timeout(SECOND.negated(), () -> {}));
        });
    }

    @Test
    void shouldTellWhetherItWasDoneWhenItNeedNotBe() throws Exception {
        VirtualTime.run(() -> {
            assertTrue(CancelScope.runAtMost(SECOND, () -> {}));
            assertFalse(CancelScope.runAtMost(SECOND, () -> Strand.sleep(DAY)));
            // a time-out inside is the body's own affair
            assertThrows(
                    TimedOutException.class,
                    () -> CancelScope.runAtMost(DAY, () -> CancelScope.timeout(SECOND, () -> Strand.sleep(DAY))));
            var outer = new CancelScope("outer");
            outer.cancel();
            var error = assertThrows(
                    CancelledException.class,
                    () -> outer.run(() -> CancelScope.runAtMost(SECOND, () -> Strand.sleep(DAY))));
            assertTrue(error.isFrom(outer));
        });
    }

    @Test
    void shouldReportTheOutermostOnlyWhenSeveralAreOver() throws Exception {
        for (int outerSeconds = 1; outerSeconds <= 3; outerSeconds++) {
            Duration outer = SECOND.multipliedBy(outerSeconds);
            VirtualTime.run(() -> {
                // The shield lets both times pass before the cancel is looked for.
                var error = assertThrows(
                        TimedOutException.class,
                        () -> CancelScope.timeout(
                                outer,
                                () -> CancelScope.timeout(SECOND.multipliedBy(2), () -> {
                                    CancelScope.shield(() -> Strand.sleep(SECOND.multipliedBy(5)));
                                    CancelScope.check();
                                })));
                assertEquals("not done within " + outer, error.getMessage());
            });
        }
    }

    @Test
    void shouldReportTheInnerOneWhenOnlyThatIsOver() throws Exception {
        VirtualTime.run(() -> CancelScope.timeout(DAY, () -> {
            var error =
                    assertThrows(TimedOutException.class, () -> CancelScope.timeout(SECOND, () -> Strand.sleep(DAY)));
            assertEquals("not done within PT1S", error.getMessage());
            Strand.sleep(SECOND);
        }));
    }

    @Test
    void shouldReportTheOutermostWhenTheTimersComeLate() throws Exception {
        VirtualTime.run(() -> {
            // The outer timer was taken away: the inner one is delivered, and finds that the outer time is over, too.
            var error = assertThrows(
                    TimedOutException.class,
                    () -> CancelScope.timeout(
                            SECOND,
                            () -> CancelScope.timeout(
                                    SECOND,
                                    () -> CancelScope.timeout(SECOND, () -> {
                                        Strand.sleep(DAY);
                                    }))));
            assertInstanceOf(CancelledException.class, error.getCause());
            assertSame(null, error.getCause().getCause());
        });
    }

    @Test
    void shouldUnwindWhenHundredsOfTimeoutsExpireAtOnce() throws Exception {
        VirtualTime.run(() -> {
            int[] depth = new int[1];
            var error = assertThrows(TimedOutException.class, () -> nest(250, depth));
            assertEquals(250, depth[0]);
            assertEquals("not done within PT1S", error.getMessage());
            assertEquals(0, VirtualTime.pendingAlarms());
        });
    }

    private interface Closing extends AutoCloseable {
        @Override
        void close();

        default void use() {
            Strand.sleep(DAY);
        }
    }

    private static void nest(int left, int[] depth) {
        if (left == 0) {
            Strand.sleep(DAY);
        }
        depth[0]++;
        CancelScope.timeout(SECOND, () -> nest(left - 1, depth));
    }

    @Test
    void shouldLogWhatFailedWhileTheBodyUnwoundIfItIsNotThrown() throws Exception {
        try (LoggedErrors logged = LoggedErrors.begin()) {
            VirtualTime.run(() -> {
                assertFalse(CancelScope.runAtMost(
                        SECOND,
                        () -> Group.run("job", (Group<Integer> group) -> {
                            group.fork(() -> {
                                try {
                                    Strand.sleep(DAY);
                                } catch (CancelledException e) {
                                    throw new IllegalStateException("clean-up");
                                }
                            });
                        })));
                assertFalse(CancelScope.runAtMost(SECOND, () -> {
                    Runnable late = () -> {
                        throw new CancelledException("a wait while it unwinds");
                    };
                    try (Closing resource = late::run) {
                        resource.use();
                    }
                }));
                assertEquals(List.of("clean-up"), logged.causes());
            });
        }
    }
}
