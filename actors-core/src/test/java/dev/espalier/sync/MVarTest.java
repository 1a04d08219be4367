package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MVarTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldServeReadersBeforeTheFirstTaker() throws Exception {
        VirtualTime.run(() -> {
            var box = new MVar<String>();
            var seen = new ArrayList<String>();
            Strand.start("taker", () -> seen.add("taken " + box.take()));
            Strand.start("reader-1", () -> seen.add("read " + box.read()));
            Strand.start("reader-2", () -> seen.add("read " + box.read()));
            Strand.sleep(SECOND);
            assertEquals(3, box.waiting());
            box.put("a");
            assertTrue(box.tryPut("b"), "the taker has it already");
            Strand.sleep(SECOND);
            seen.sort(null);
            assertEquals(List.of("read a", "read a", "taken a"), seen);
            assertEquals(Optional.of("b"), box.tryRead());
            assertEquals(Optional.of("b"), box.tryTake());
            assertEquals(Optional.empty(), box.tryTake());
            assertEquals("MVar[empty]", box.toString());
        });
    }

    @Test
    void shouldRestoreTheValueWhenAModifyFails() throws Exception {
        VirtualTime.run(() -> {
            var box = new MVar<>(1);
            assertThrows(
                    IllegalStateException.class,
                    () -> box.modify(old -> {
                        throw new IllegalStateException("expected");
                    }));
            assertThrows(NullPointerException.class, () -> box.modify(old -> null));
            assertThrows(ArithmeticException.class, () -> box.with(value -> Math.floorDiv(1, value - 1)));
            assertEquals(Optional.of(1), box.tryRead());
            assertEquals(2, box.modify(old -> old + 1));
            assertEquals("2!", box.with(value -> value + "!"));
            assertEquals(2, box.take());
        });
    }

    @Test
    void shouldKeepOthersOutWhileModifying() throws Exception {
        VirtualTime.run(() -> {
            var box = new MVar<>(1);
            var scope = new CancelScope("modify");
            var seen = new ArrayList<String>();
            Strand.start("putter", () -> {
                box.put(100);
                seen.add("put");
            });
            Strand.start("modifier", () -> {
                assertThrows(
                        CancelledException.class,
                        () -> scope.run(() -> box.modify(old -> {
                            Strand.sleep(SECOND.multipliedBy(10));
                            return 0;
                        })));
            });
            Strand.sleep(SECOND);
            assertFalse(box.tryPut(5));
            assertEquals(Optional.empty(), box.tryTake());
            assertEquals(Optional.empty(), box.read(SECOND));
            assertEquals("MVar[on loan]", box.toString());
            scope.cancel();
            assertEquals(1, box.take(), "restored; then the putter's turn");
            assertEquals(100, box.take());
            Strand.sleep(SECOND);
            assertEquals(List.of("put"), seen);
        });
    }

    @Test
    void shouldServeABigCrowdOnBothSidesAfterALoan() throws Exception {
        VirtualTime.run(() -> {
            var box = new MVar<>(0);
            var strands = new ArrayList<Strand>();
            int crowd = 2_000;
            box.modify(old -> {
                for (int i = 0; i < crowd; i++) {
                    strands.add(Strand.start("taker", box::take));
                    strands.add(Strand.start("putter", () -> box.put(1)));
                }
                Strand.sleep(SECOND);
                return old;
            });
            strands.forEach(strand -> assertTrue(strand.join(SECOND)));
            assertEquals(Optional.of(1), box.tryTake()); // one more was put than was taken
            assertEquals(0, box.waiting());
        });
    }

    @Test
    @Tag("slow")
    void shouldLoseNoUpdateWhenThreadsModify() throws Exception {
        var box = new MVar<>(0);
        SignalFixture.inThreads(4, thread -> {
            for (int i = 0; i < 10_000; i++) {
                if (i % 2 == 0) {
                    box.modify(old -> old + 1);
                } else {
                    box.put(box.take() + 1); // atomic as long as all do it so
                }
            }
        });
        assertEquals(40_000, box.take());
    }

    @Test
    void shouldLetOthersInWhileItsTextIsMade() {
        var box = new MVar<Object>();
        var value = new Object() {
            @Override
            public String toString() {
                Strand reader = Strand.startPlatform("reader", true, box::tryRead);
                return "read meanwhile: " + reader.join(Duration.ofSeconds(5));
            }
        };
        box.put(value);
        assertEquals("MVar[read meanwhile: true]", box.toString());
    }

    @Test
    void shouldTellWhatBecameOfAWaitWithAnEnd() throws Exception {
        VirtualTime.run(() -> {
            var box = new MVar<>("a");
            var never = new Signal("never");
            assertFalse(box.put("b", SECOND));
            assertFalse(box.put("b", Till.after(SECOND)));
            assertEquals(Optional.of("a"), box.read(SECOND));
            assertEquals(Optional.of("a"), box.read(never));
            assertEquals(Optional.of("a"), box.take(SECOND));
            assertEquals(Optional.empty(), box.take(SECOND));
            assertEquals(Optional.empty(), box.take(Till.after(SECOND)));
            assertEquals(Optional.empty(), box.read(Till.after(SECOND)));
            assertTrue(box.put("b", SECOND));
            assertEquals(Optional.of("b"), box.take(never));
            assertTrue(box.put("c", never));
            assertEquals(Optional.of("cd"), box.modify(old -> old + "d", SECOND));
            assertEquals(Optional.of("cde"), box.modify(old -> old + "e", never));
            assertEquals(Optional.of(3), box.with(String::length, SECOND));
            assertEquals(Optional.of(3), box.with(String::length, never));
            assertEquals("cde", box.take());
            assertEquals(Optional.empty(), box.modify(old -> old + "x", SECOND));
            assertEquals(Optional.empty(), box.modify(old -> old + "x", Till.after(SECOND)));
            assertEquals(Optional.empty(), box.with(String::length, SECOND));
            assertEquals(Optional.empty(), box.with(String::length, Till.after(SECOND)));
            assertEquals(SECOND.multipliedBy(9), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldNameWhoHasTheValueOnLoanWhetherItWaitedOrNot() throws Exception {
        VirtualTime.run(() -> {
            var box = new MVar<Integer>();
            Strand second = Strand.start("second", () -> box.modify(MVarTest::slowly));
            Strand.sleep(SECOND);
            assertEquals(1, box.waiting());
            box.put(1);
            assertFalse(box.tryPut(7), "it is on loan");
            assertEquals(second, box.borrower());
            assertEquals("MVar[on loan]", box.toString());
            assertTrue(second.join(Duration.ofSeconds(3)));
            assertEquals(null, box.borrower());
            Strand first = Strand.start("first", () -> box.modify(MVarTest::slowly));
            Strand.sleep(SECOND);
            assertEquals(first, box.borrower());
            assertTrue(first.join(Duration.ofSeconds(3)));
            assertEquals(3, box.take());
        });
    }

    private static int slowly(int old) {
        Strand.sleep(Duration.ofSeconds(2));
        return old + 1;
    }

    @Test
    void shouldCountAllThatWaitAndLetOthersIn() throws Exception {
        VirtualTime.run(() -> {
            var box = new MVar<Integer>();
            Strand.start("reader", box::read);
            Strand.start("taker", box::take);
            Strand.sleep(SECOND);
            assertEquals(2, box.waiting());
            assertEquals(Optional.empty(), box.tryRead());
            Strand.start("putter", () -> box.put(1)).join(SECOND);
            assertEquals(0, box.waiting());
            box.put(2);
            Strand.start("putter", () -> box.put(3));
            Strand.sleep(SECOND);
            assertEquals(1, box.waiting());
            assertEquals(2, box.take());
            assertEquals(3, box.take());
        });
    }
}
