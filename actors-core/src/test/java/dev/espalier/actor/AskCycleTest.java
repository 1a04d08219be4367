package dev.espalier.actor;

import static dev.espalier.actor.AskFixture.LONG;
import static dev.espalier.actor.AskFixture.SECOND;
import static dev.espalier.actor.AskFixture.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.AskFixture.Get;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Asks that would wait for each other.
class AskCycleTest {
    @Test
    void shouldFailAtOnceWhenAnActorAsksItself() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            ActorRef<Get> self = system.spawn("self", () -> (message, ctx) -> {
                var cycle = assertThrows(AskCycleException.class, () -> get(ctx.self(), 1, LONG));
                assertEquals("An actor cannot ask itself: /t/self", cycle.getMessage());
                message.replyTo().reply(message.value());
            });
            assertEquals(5, get(self, 5, SECOND));
            assertEquals(Duration.ZERO, VirtualTime.elapsed());
            assertEquals(1, self.ledger().accepted());
        });
    }

    /// Actors that each ask the next one, the last one asks the first.
    private static List<ActorRef<Get>> ring(ActorSystem system, int size, List<AskCycleException> cycles) {
        List<ActorRef<Get>> ring = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int next = (i + 1) % size;
            Supplier<Behavior<Get>> asksNext = () -> (message, ctx) -> {
                int hops = message.value() - 1;
                if (hops == 0) {
                    message.replyTo().reply(-1);
                    return;
                }
                try {
                    message.replyTo().reply(get(ring.get(next), hops, LONG));
                } catch (AskCycleException e) {
                    cycles.add(e);
                    message.replyTo().reply(100 + next);
                }
            };
            ring.add(system.spawn("abc".substring(i, i + 1), asksNext));
        }
        return ring;
    }

    @Test
    void shouldFailTheYoungestAskWithAllStacksWhenACycleCloses() throws Exception {
        for (int size = 2; size <= 3; size++) {
            int n = size;
            MailFixture.inVirtualSystem(system -> {
                List<AskCycleException> cycles = new ArrayList<>();
                List<ActorRef<Get>> ring = ring(system, n, cycles);
                assertEquals(100, get(ring.getFirst(), 10, LONG)); // the last one's ask failed, the others got replies
                assertEquals(1, cycles.size());
                assertEquals(Duration.ZERO, VirtualTime.elapsed());
                String text = cycles.getFirst().getMessage();
                String last = ring.getLast().path();
                assertTrue(text.startsWith("A cycle of asks: " + last + " -> /t/a -> /t/b"), text);
                for (ActorRef<Get> one : ring) {
                    assertTrue(text.contains(one.path() + " waits at\n    at "), text);
                }
                assertEquals(n, text.split("AskFixture\\.get", -1).length - 1, text);
                assertEquals(List.of(), system.failures());
            });
        }
    }

    @Test
    void shouldFailExactlyOneAskWhenTheAsksOfACycleRace() throws Exception {
        for (long seed = 1; seed <= 100; seed++) {
            MailFixture.inVirtualSystem(seed, system -> {
                List<AskCycleException> cycles = new ArrayList<>();
                List<ActorRef<Get>> ring = ring(system, 3, cycles);
                List<Integer> replies = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    ActorRef<Get> first = ring.get(i);
                    Strand.start("starter" + i, () -> {
                        VirtualTime.pause();
                        replies.add(get(first, 2, LONG)); // asks its neighbour, which answers or is in the cycle
                    });
                }
                Strand.sleep(SECOND);
                assertEquals(3, replies.size());
                assertTrue(cycles.size() <= 1, cycles::toString);
            });
        }
    }

    @Test
    void shouldFindNoCycleWhenTheWaitHasEnded() throws Exception {
        MailFixture.inVirtualSystem(system -> {
            List<ActorRef<Get>> pair = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                int other = 1 - i;
                pair.add(system.spawn("p" + i, () -> (message, ctx) -> {
                    int hops = message.value();
                    if (hops > 0) {
                        get(pair.get(other), 0, LONG);
                        get(pair.get(other), 0, LONG);
                    }
                    message.replyTo().reply(hops);
                }));
            }
            assertEquals(1, get(pair.get(0), 1, LONG));
            assertEquals(1, get(pair.get(1), 1, LONG));
        });
    }
}
