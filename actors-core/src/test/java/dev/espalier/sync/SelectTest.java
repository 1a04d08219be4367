package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SelectTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldTakeWhateverComesFirst() throws Exception {
        VirtualTime.run(() -> {
            Channel<String> one = Channel.unbounded();
            Channel<String> two = Channel.rendezvous();
            var stop = new Signal();
            Select<String> select = Select.<String>of()
                    .receive(one, value -> "one " + value.orElse("ended"))
                    .receive(two, value -> "two " + value.orElse("ended"))
                    .onGo(stop, () -> "stop");
            assertEquals(Optional.empty(), select.tryNow());
            assertEquals(Optional.empty(), select.await(SECOND));
            assertEquals(Optional.empty(), select.await(Till.after(SECOND)));
            assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed());
            Strand.start("sender", () -> {
                Strand.sleep(SECOND);
                two.send("b");
                Strand.sleep(SECOND);
                one.send("a");
                Strand.sleep(SECOND);
                stop.go();
            });
            assertEquals("two b", select.await());
            assertEquals(Optional.of("one a"), select.await(SECOND.multipliedBy(2)));
            assertEquals("stop", select.await());
            assertEquals(SECOND.multipliedBy(5), VirtualTime.elapsed());
            assertEquals(0, one.hub().waiting() + two.hub().waiting() + stop.cells());
        });
    }

    @Test
    void shouldSendWhereThereIsRoomFirst() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> full = Channel.bounded(1);
            Channel<Integer> meeting = Channel.rendezvous();
            full.send(0);
            Select<String> select =
                    Select.<String>of().send(full, 1, () -> "full").send(meeting, 2, () -> "meeting");
            var received = new ArrayList<Integer>();
            Strand.start("receiver", () -> {
                Strand.sleep(SECOND);
                received.add(meeting.receive().orElseThrow());
                Strand.sleep(SECOND);
                received.add(full.receive().orElseThrow());
            });
            assertEquals("meeting", select.await());
            assertEquals("full", select.await());
            Strand.sleep(SECOND);
            assertEquals(java.util.List.of(2, 0), received);
            assertEquals(Optional.of(1), full.tryReceive());
            assertEquals(Optional.empty(), full.tryReceive());
            assertEquals(0, full.hub().waiting() + meeting.hub().waiting());
        });
    }

    @Test
    void shouldLetTwoSelectsMeet() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> a = Channel.rendezvous();
            Channel<Integer> b = Channel.rendezvous();
            Strand.start("other", () -> {
                assertEquals(
                        "received 1",
                        Select.<String>of()
                                .receive(a, value -> "received " + value.orElseThrow())
                                .send(b, 2, () -> "sent")
                                .await());
            });
            Strand.sleep(SECOND);
            assertEquals("sent", Select.<String>of().send(a, 1, () -> "sent").await());
        });
    }

    @Test
    void shouldTellAboutClosedChannels() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> in = Channel.bounded(1);
            Channel<Integer> out = Channel.rendezvous();
            Strand.start("closer", () -> {
                Strand.sleep(SECOND);
                in.close();
                Strand.sleep(SECOND);
                out.close();
            });
            assertEquals(
                    true, Select.<Boolean>of().receive(in, Optional::isEmpty).await());
            Select<String> sending = Select.<String>of().send(out, 1, () -> "sent");
            assertThrows(ClosedException.class, sending::await);
            assertThrows(ClosedException.class, sending::tryNow);
            assertThrows(IllegalStateException.class, () -> Select.of().await());
        });
    }

    @Test
    void shouldNotFavourOne() {
        Channel<Integer> one = Channel.unbounded();
        Channel<Integer> two = Channel.unbounded();
        for (int i = 0; i < 1_000; i++) {
            one.send(1);
            two.send(2);
        }
        int ones = 0;
        for (int i = 0; i < 1_000; i++) { // a new select each time
            ones += Select.<Integer>of()
                                    .receive(one, Optional::orElseThrow)
                                    .receive(two, Optional::orElseThrow)
                                    .await()
                            == 1
                    ? 1
                    : 0;
        }
        assertTrue(ones > 400 && ones < 600, "from the first channel: " + ones);
    }

    @Test
    void shouldLeaveNothingBehindWhenCancelled() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> one = Channel.unbounded();
            var never = new Signal();
            for (int i = 0; i < 1_000; i++) {
                var scope = new CancelScope("select");
                Strand.current().schedule(Strand.deadlineAfter(Duration.ofMillis(1)), scope::cancel);
                assertThrows(
                        CancelledException.class,
                        () -> scope.run(() -> Select.<Integer>of()
                                .receive(one, Optional::orElseThrow)
                                .onGo(never, () -> 0)
                                .await()));
            }
            assertEquals(0, one.hub().waiting());
            assertEquals(0, never.liveListeners());
            assertTrue(never.cells() < 100);
            assertEquals(0, VirtualTime.pendingAlarms());
        });
    }

    @Test
    @Tag("slow")
    void shouldLoseAndDoubleNothingWhenSelectsRace() throws Exception {
        Channel<Integer> meeting = Channel.rendezvous();
        Channel<Integer> bounded = Channel.bounded(2);
        var sent = new AtomicLong();
        var received = new AtomicLong();
        var left = new AtomicInteger(4);
        SignalFixture.inThreads(8, thread -> {
            if (thread < 4) {
                for (int i = 1; i <= 5_000; i++) {
                    int value = i;
                    Select.<Boolean>of()
                            .send(meeting, value, () -> true)
                            .send(bounded, value, () -> true)
                            .await(Duration.ofNanos(i % 50 * 1_000L))
                            .ifPresent(done -> sent.addAndGet(value));
                }
                if (left.decrementAndGet() == 0) {
                    meeting.close();
                    bounded.close();
                }
            } else {
                int open = 2;
                while (open > 0) {
                    received.addAndGet(Select.<Integer>of()
                            .receive(meeting, value -> value.orElse(0))
                            .receive(bounded, value -> value.orElse(0))
                            .await());
                    open = meeting.isEnded() && bounded.isEnded() ? 0 : 2;
                }
            }
        });
        assertTrue(sent.get() > 0);
        assertEquals(sent.get(), received.get());
    }

    @Test
    void shouldTakeFromQueuesAndAddToThem() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> from = Queue.bounded(1);
            Queue<Integer> to = Queue.bounded(1);
            to.add(0);
            Select<String> select = Select.<String>of()
                    .pop(from, item -> "popped " + item.map(String::valueOf).orElse("the end"))
                    .add(to, 7, () -> "added");
            assertEquals(Optional.empty(), select.await(SECOND));
            assertEquals(0, from.waiting() + to.waiting());
            Strand.start("other", () -> {
                Strand.sleep(SECOND);
                from.add(1);
                Strand.sleep(SECOND);
                assertEquals(Optional.of(0), to.pop());
            });
            assertEquals("popped 1", select.await());
            assertEquals("added", select.await());
            assertEquals(Optional.of(7), to.tryPop());
            assertEquals("added", select.tryNow().orElseThrow());
            from.add(2);
            assertEquals("popped 2", select.await());
            Strand.start("closer", from::close);
            assertEquals("popped the end", select.await());
            assertEquals(0, from.waiting() + to.waiting());
        });
    }

    @Test
    void shouldFailWhenTheQueueToAddToIsClosed() throws Exception {
        VirtualTime.run(() -> {
            Queue<Integer> full = Queue.bounded(1);
            full.add(1);
            Select<String> select = Select.<String>of().add(full, 2, () -> "added");
            Strand.start("closer", full::close);
            assertThrows(ClosedException.class, select::await);
            assertThrows(ClosedException.class, select::tryNow);
            assertEquals(java.util.List.of(1), full.popAll());
        });
    }

    /// To listen to a signal may run listeners of others.
    @Test
    void shouldHoldNoLockWhenItListensToASignal() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> channel = Channel.unbounded();
            var listened = new AtomicInteger();
            var signal = new Signal() {
                @Override
                public Registration onGo(Runnable listener) {
                    assertFalse(channel.hub().guard.isHeldByCurrentThread());
                    listened.incrementAndGet();
                    return super.onGo(listener);
                }
            };
            Select<String> select =
                    Select.<String>of().onGo(signal, () -> "gone").receive(channel, value -> "received");
            assertEquals(Optional.empty(), select.await(SECOND));
            assertEquals(1, listened.get());
            Strand.start("sender", () -> channel.send(1));
            assertEquals("received", select.await());
            Strand.start("goer", signal::go);
            assertEquals("gone", select.await());
            assertEquals(0, channel.hub().waiting() + signal.cells());
        });
    }

    @Test
    void shouldNotFavourOneWhenEachThreadSelectsOnce() throws Exception {
        int rounds = 200;
        VirtualTime.run(() -> assertShared(rounds));
        assertShared(rounds);
    }

    private static void assertShared(int rounds) {
        Channel<Integer> one = Channel.unbounded();
        Channel<Integer> two = Channel.unbounded();
        int ones = 0;
        for (int i = 0; i < rounds; i++) {
            one.send(1);
            two.send(0);
            ones += Fork.start(
                            "request",
                            () -> Select.<Integer>of()
                                    .receive(one, Optional::orElseThrow)
                                    .receive(two, Optional::orElseThrow)
                                    .await())
                    .get();
        }
        assertTrue(ones > rounds / 4 && ones < rounds * 3 / 4, "from the first channel: " + ones);
    }

    @Test
    @Timeout(20)
    void shouldBeMadeOfManyChoicesInNoTime() {
        Select<Integer> select = Select.of();
        Channel<Integer> last = Channel.unbounded();
        for (int i = 0; i < 20_000; i++) {
            last = Channel.unbounded();
            select.receive(last, Optional::orElseThrow);
        }
        last.send(7);
        assertEquals(Optional.of(7), select.tryNow());
        Channel<Integer> another = Channel.unbounded();
        another.send(8);
        assertEquals(8, select.receive(another, Optional::orElseThrow).await());
    }
}
