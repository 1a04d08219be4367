package dev.espalier.actor;

import static dev.espalier.actor.MailFixture.gated;
import static dev.espalier.actor.MailFixture.range;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.sync.Signal;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    // Policies.

    @Test
    void shouldParkTheSenderWhenFullAndPolicyIsBlock() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> target = gated(system, MailboxSpec.bounded(3), gate, seen);
            var sent = new AtomicInteger();
            Strand sender = Strand.start("sender", () -> {
                for (int i = 0; i < 10; i++) {
                    target.tell(i);
                    sent.incrementAndGet();
                }
            });
            Strand.sleep(Duration.ofMillis(500));
            assertEquals(3, sent.get());
            assertEquals(3, target.ledger().queued());
            gate.go();
            assertTrue(sender.join(LONG));
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(range(0, 10), seen);
            assertEquals(new Ledger(10, 10, 0, 0, 0, 0), target.ledger());
        });
    }

    @Test
    void shouldThrowAndAcceptNothingWhenFullAndPolicyIsFail() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> target = gated(system, MailboxSpec.bounded(2, Overflow.FAIL), gate, seen);
            target.tellAll(range(0, 2));
            var full = assertThrows(MailboxFullException.class, () -> target.tell(2));
            assertEquals("The mailbox of /t/gated is full: 2 messages", full.getMessage());
            gate.go();
            assertTrue(target.awaitProcessed(LONG));
            target.tell(3);
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(List.of(0, 1, 3), seen);
            assertEquals(new Ledger(3, 3, 0, 0, 0, 0), target.ledger());
        });
    }

    @Test
    void shouldKeepTheFirstWhenFullAndPolicyIsDropNewest() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> target = gated(system, MailboxSpec.bounded(4, Overflow.DROP_NEWEST), gate, seen);
            target.tellAll(range(0, 10));
            gate.go();
            assertTrue(target.awaitProcessed(LONG));
            Strand.sleep(Duration.ofMillis(1));
            assertEquals(range(0, 4), seen);
            assertEquals(new Ledger(10, 4, 0, 6, 0, 0), target.ledger());
        });
    }

    @Test
    void shouldKeepTheLastWhenFullAndPolicyIsDropOldest() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> target = gated(system, MailboxSpec.bounded(4, Overflow.DROP_OLDEST), gate, seen);
            target.tellAll(range(0, 10));
            gate.go();
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(range(6, 10), seen);
            assertEquals(new Ledger(10, 4, 0, 6, 0, 0), target.ledger());
        });
    }

    @Test
    void shouldTakeEverythingWhenUnbounded() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> target = gated(system, MailboxSpec.unbounded(), gate, seen);
            target.tellAll(range(0, 100_000));
            assertEquals(100_000, target.ledger().queued());
            gate.go();
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(range(0, 100_000), seen);
        });
    }

    @Test
    void shouldBeBoundedByDefault() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> target = system.spawnBody("t", (inbox, ctx) -> {
                gate.waitForGo();
                inbox.forEach(seen::add);
            });
            target.tellAll(range(0, MailboxSpec.DEFAULT_BOUND));
            assertEquals(Told.FULL, target.tryTell(-1));
            gate.go();
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(range(0, MailboxSpec.DEFAULT_BOUND), seen);
        });
    }

    @Test
    void shouldHandleTheSmallestFirstAndEqualOnesInOrderWhenPrioritized() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            MailboxSpec byTens = MailboxSpec.bounded(100).prioritized(Comparator.comparingInt((Integer i) -> i / 10));
            ActorRef<Integer> target = gated(system, byTens, gate, seen);
            target.tellAll(List.of(31, 12, 30, 11, 25, 10, 5));
            gate.go();
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(List.of(5, 12, 11, 10, 25, 31, 30), seen);
            assertEquals(new Ledger(7, 7, 0, 0, 0, 0), target.ledger());
        });
    }

    @Test
    void shouldRankRequestsLikeMessagesWhenPrioritized() throws Exception {
        record Job(int rank, ReplyTo<Integer> replyTo) {}
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> order = new ArrayList<>();
            ActorRef<Job> target = system.spawn(ActorSpec.<Job>body("ranked", (inbox, ctx) -> {
                        gate.waitForGo();
                        for (Job job : inbox) {
                            order.add(job.rank);
                            job.replyTo.reply(job.rank);
                        }
                    })
                    .mailbox(MailboxSpec.unbounded().prioritized(Comparator.comparingInt(Job::rank))));
            for (int rank : List.of(3, 1, 2)) {
                Strand.start(
                        "asker" + rank, () -> assertEquals(rank, target.<Integer>ask(r -> new Job(rank, r), LONG)));
            }
            Strand.sleep(Duration.ofMillis(1));
            gate.go();
            assertTrue(target.awaitProcessed(Duration.ofMillis(1)) || order.size() == 3);
            Strand.sleep(Duration.ofMillis(1));
            assertEquals(List.of(1, 2, 3), order);
        });
    }

    // tryTell, tellAll, awaitProcessed.

    @Test
    void shouldTellAtOnceWhetherThereWasRoomWhenTryTold() throws Exception {
        for (Overflow policy : Overflow.values()) {
            MailFixture.inVirtualSystem(system -> {
                var gate = new Signal();
                List<Integer> seen = new ArrayList<>();
                ActorRef<Integer> target = gated(system, MailboxSpec.bounded(2, policy), gate, seen);
                assertEquals(Told.ACCEPTED, target.tryTell(0), policy.name());
                assertEquals(Told.ACCEPTED, target.tryTell(1), policy.name());
                assertEquals(Told.FULL, target.tryTell(2), policy.name());
                assertEquals(Duration.ZERO, VirtualTime.elapsed());
                gate.go();
                assertTrue(target.awaitProcessed(LONG));
                assertEquals(List.of(0, 1), seen, policy.name());
                assertEquals(new Ledger(2, 2, 0, 0, 0, 0), target.ledger(), policy.name());
                target.stop();
                target.join();
                assertEquals(Told.CLOSED, target.tryTell(3), policy.name());
                assertEquals(2, target.ledger().accepted());
                assertEquals(0, system.deadLetters().count());
            });
        }
    }

    @Test
    void shouldWaitForRoomInOrderWhenTellingABatchLargerThanTheBound() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var gate = new Signal();
            List<Integer> seen = new ArrayList<>();
            ActorRef<Integer> target = gated(system, MailboxSpec.bounded(7), gate, seen);
            Strand.start("later", () -> {
                Strand.sleep(Duration.ofMillis(10));
                gate.go();
            });
            target.tellAll(range(0, 100));
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(range(0, 100), seen);
            assertEquals(0, target.ledger().overBound());
        });
    }

    @Test
    void shouldAwaitTheMessagesSentSoFarAndNoLaterOnes() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            var handled = new AtomicInteger();
            ActorRef<Integer> slow = system.spawn("slow", () -> (message, ctx) -> {
                Strand.sleep(Duration.ofSeconds(1));
                handled.incrementAndGet();
            });
            assertTrue(slow.awaitProcessed(Duration.ZERO), "nothing was sent");
            slow.tellAll(range(0, 3));
            assertFalse(slow.awaitProcessed(Duration.ofMillis(1500)));
            assertEquals(Duration.ofMillis(1500), VirtualTime.elapsed());
            Strand.start("more", () -> slow.tellAll(range(0, 3)));
            assertTrue(slow.awaitProcessed(LONG));
            assertEquals(Duration.ofSeconds(3), VirtualTime.elapsed());
            assertEquals(3, handled.get());
        });
    }

    @Test
    void shouldAwaitTaskDoneRatherThanReceiveWhenTheTargetIsABody() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Integer> worker = system.spawnBody("worker", (inbox, ctx) -> {
                inbox.receive();
                Strand.sleep(Duration.ofSeconds(2));
                inbox.taskDone();
                Strand.sleep(Duration.ofSeconds(5));
            });
            worker.tell(1);
            assertFalse(worker.awaitProcessed(Duration.ofMillis(1999)));
            assertEquals(1, worker.ledger().queued());
            assertTrue(worker.awaitProcessed(LONG));
            assertEquals(Duration.ofSeconds(2), VirtualTime.elapsed());
            assertEquals(1, worker.ledger().processed());
        });
    }

    // Bad input.

    @Test
    void shouldRefuseNonsense() throws Exception {
        assertEquals(
                "A mailbox needs a bound of at least 1, not 0",
                assertThrows(IllegalArgumentException.class, () -> MailboxSpec.bounded(0))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> MailboxSpec.bounded(-1));
        assertEquals(
                "overflow",
                assertThrows(NullPointerException.class, () -> MailboxSpec.bounded(1, null))
                        .getMessage());
        assertThrows(NullPointerException.class, () -> MailboxSpec.unbounded().prioritized((Comparator<Integer>) null));
        assertEquals(
                "A priority mailbox cannot drop the oldest message",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> MailboxSpec.bounded(1, Overflow.DROP_OLDEST)
                                        .prioritized(Comparator.comparingInt(Integer::intValue)))
                        .getMessage());
        MailFixture.inVirtualSystem(system -> {
            List<Object> seen = new ArrayList<>();
            ActorRef<Object> target = system.spawn("target", () -> MailFixture.into(seen));
            assertEquals(
                    "message",
                    assertThrows(NullPointerException.class, () -> target.tell(null))
                            .getMessage());
            assertThrows(NullPointerException.class, () -> target.tryTell(null));
            assertThrows(NullPointerException.class, () -> target.tellAll(null));
            assertThrows(IllegalArgumentException.class, () -> target.awaitProcessed(Duration.ofNanos(-1)));
            assertThrows(NullPointerException.class, () -> target.awaitProcessed(null));
            assertThrows(IllegalArgumentException.class, () -> target.join(Duration.ofNanos(-1)));
            assertThrows(IllegalArgumentException.class, () -> target.awaitReady(Duration.ofNanos(-1)));
            target.tell("fine");
            assertTrue(target.awaitProcessed(LONG));
            assertEquals(List.of("fine"), seen);
        });
    }

    @Test
    void shouldDescribeItself() {
        assertEquals("bounded(5, BLOCK)", MailboxSpec.bounded(5).toString());
        assertEquals("unbounded", MailboxSpec.unbounded().toString());
        assertEquals(
                "bounded(5, FAIL) by priority",
                MailboxSpec.bounded(5, Overflow.FAIL)
                        .prioritized(Comparator.comparingInt(Integer::intValue))
                        .toString());
    }
}
