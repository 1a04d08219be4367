package dev.espalier.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChannelTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shouldShowToBothEndsWhatIsSentAfterTheDup() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> first = Channel.unbounded();
            first.send(1);
            Channel<Integer> second = first.dup();
            first.send(2);
            second.send(3);
            assertEquals(List.of(1, 2, 3), drain(first));
            assertEquals(List.of(2, 3), drain(second));
            first.close();
            assertTrue(second.isClosed());
            assertTrue(first.dup().isEnded());
        });
    }

    private static List<Integer> drain(Channel<Integer> channel) {
        var values = new ArrayList<Integer>();
        for (Optional<Integer> next = channel.tryReceive(); next.isPresent(); next = channel.tryReceive()) {
            values.add(next.orElseThrow());
        }
        return values;
    }

    @Test
    void shouldBeHeldUpByTheSlowestEndUntilItLeaves() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> fast = Channel.bounded(1);
            Channel<Integer> slow = fast.dup();
            fast.send(1);
            assertEquals(Optional.of(1), fast.tryReceive());
            assertFalse(fast.trySend(2));
            Strand.start("leaver", () -> {
                Strand.sleep(SECOND);
                slow.leave();
            });
            fast.send(2);
            assertEquals(SECOND, VirtualTime.elapsed());
            assertEquals(Optional.of(2), fast.receive());
            assertEquals(Optional.empty(), slow.receive());
            assertTrue(slow.isEnded());
            assertFalse(fast.isClosed());
            fast.leave(); // the last one
            assertTrue(fast.isClosed());
        });
    }

    @Test
    void shouldDrainAndTellEndedFromEmptyWhenClosed() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> channel = Channel.bounded(2);
            assertEquals(Optional.empty(), channel.receive(SECOND));
            assertFalse(channel.isEnded());
            channel.send(1);
            channel.send(2);
            Strand sender = Strand.start("sender", () -> assertThrows(ClosedException.class, () -> channel.send(3)));
            Strand.sleep(SECOND);
            assertTrue(channel.close());
            assertFalse(channel.close());
            assertTrue(sender.join(SECOND), "close wakes senders");
            assertThrows(ClosedException.class, () -> channel.trySend(4));
            var seen = new ArrayList<Integer>();
            channel.forEach(seen::add);
            assertEquals(List.of(1, 2), seen);
            assertTrue(channel.isEnded());
            assertThrows(NoSuchElementException.class, () -> channel.iterator().next());
            assertEquals("Channel[0 values, closed]", channel.toString());
        });
    }

    @Test
    void shouldWakeReceiversWhenClosed() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> channel = Channel.rendezvous();
            var strands = new ArrayList<Strand>();
            for (int i = 0; i < 5; i++) {
                strands.add(Strand.start("r" + i, () -> assertEquals(Optional.empty(), channel.receive())));
            }
            Strand.sleep(SECOND);
            assertEquals(5, channel.hub().waiting());
            channel.close();
            strands.forEach(strand -> assertTrue(strand.join(SECOND)));
            assertEquals(0, channel.hub().waiting());
        });
    }

    @Test
    void shouldMeetInARendezvous() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> channel = Channel.rendezvous();
            assertFalse(channel.trySend(0));
            assertFalse(channel.send(0, SECOND));
            assertThrows(IllegalStateException.class, channel::dup);
            Strand.start("late", () -> {
                Strand.sleep(SECOND);
                assertEquals(Optional.of(1), channel.tryReceive());
            });
            channel.send(1);
            assertEquals(SECOND.multipliedBy(2), VirtualTime.elapsed());
        });
    }

    @Test
    void shouldRefuseNonsense() {
        assertThrows(IllegalArgumentException.class, () -> Channel.bounded(0));
        assertThrows(
                NullPointerException.class, () -> Channel.<String>unbounded().send(null));
    }

    @Test
    void shouldLetInAllForWhomThereIsRoomWhenAFullEndLeaves() throws Exception {
        VirtualTime.run(() -> {
            Channel<Integer> channel = Channel.bounded(3);
            Channel<Integer> slow = channel.dup();
            for (int i = 0; i < 3; i++) {
                channel.send(i);
            }
            for (int i = 0; i < 3; i++) {
                assertEquals(i, channel.receive().orElseThrow());
            }
            var sent = new AtomicInteger();
            for (int i = 3; i < 6; i++) {
                int number = i;
                Strand.start("sender-" + i, () -> {
                    Strand.sleep(Duration.ofMillis(number));
                    channel.send(number);
                    sent.incrementAndGet();
                });
            }
            Strand.sleep(Duration.ofSeconds(1));
            assertEquals(0, sent.get());
            slow.leave();
            Strand.sleep(Duration.ofSeconds(1));
            assertEquals(3, sent.get());
        });
    }
}
