package dev.espalier.observer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.actor.Overflow;
import dev.espalier.actor.Restart;
import dev.espalier.profiling.By;
import dev.espalier.profiling.Level;
import dev.espalier.profiling.Profiler;
import dev.espalier.profiling.Row;
import dev.espalier.profiling.Sort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// received = processed + queued + dead + dropped, by what the observer itself says, however messages end.
///
/// With `-Dtest.jvm=-Despalier.identity.messages=10000000` it is the full run.
@Tag("slow")
class IdentityTest {
    private static final long MESSAGES = Long.getLong("espalier.identity.messages", 200_000);
    private static final int SENDERS = 4;
    private static final int DESKS = 16;
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    static final class Desk implements Behavior<Integer> {
        @Override
        public void onMessage(Integer order, ActorContext<Integer> ctx) {}
    }

    /// Takes its first message in hand and no other.
    static final class Closed implements Behavior<Integer> {
        private final CountDownLatch open;

        Closed(CountDownLatch open) {
            this.open = open;
        }

        @Override
        public void onMessage(Integer order, ActorContext<Integer> ctx) throws InterruptedException {
            open.await();
        }
    }

    private final CountDownLatch open = new CountDownLatch(1);
    private final AtomicLong sent = new AtomicLong();

    private List<ActorRef<Integer>> desks(ActorSystem system) {
        List<ActorRef<Integer>> desks = new ArrayList<>();
        for (int i = 0; i < DESKS; i++) {
            MailboxSpec mailbox = switch (i % 4) {
                case 0 -> MailboxSpec.bounded(64, Overflow.DROP_NEWEST);
                case 1 -> MailboxSpec.bounded(64, Overflow.DROP_OLDEST);
                default -> MailboxSpec.bounded(1_024);
            };
            desks.add(system.spawn(ActorSpec.behavior("desk" + i, Desk::new).mailbox(mailbox)));
        }
        for (String name : List.of("closed", "cancelled")) {
            desks.add(system.spawn(ActorSpec.behavior(name, () -> new Closed(open))
                    .mailbox(MailboxSpec.unbounded())
                    .restart(Restart.TEMPORARY)));
        }
        return desks;
    }

    private void send(List<ActorRef<Integer>> desks, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long each = MESSAGES / SENDERS;
        for (long i = 0; i < each; i++) {
            boolean stays = i % 1_000 == 0; // at one of the two that are closed
            int to = stays ? DESKS + random.nextInt(2) : random.nextInt(DESKS);
            desks.get(to).tell(1 + random.nextInt(1_000_000));
        }
        sent.addAndGet(each);
    }

    private static double sum(String metrics, String name) {
        double[] values = metrics.lines()
                .filter(line -> line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .toArray();
        assertTrue(values.length > 0, () -> name + " is not in " + metrics);
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).sum();
    }

    @Test
    void shouldAccountForEachMessage() throws Exception {
        try (ActorSystem system =
                        ActorSystem.builder("identity").handleSignals(false).start();
                Profiler profiler =
                        Profiler.builder().system(system).level(Level.COUNTERS).start()) {
            Events events = ObserverEvents.of(system);
            MetricsPart.of(system, events); // what ends is counted from the first look on
            List<ActorRef<Integer>> desks = desks(system);
            List<Thread> senders = IntStream.range(0, SENDERS)
                    .mapToObj(seed -> Thread.ofVirtual().start(() -> send(desks, seed)))
                    .toList();
            for (Thread sender : senders) {
                sender.join();
            }
            desks.subList(0, DESKS).forEach(desk -> assertTrue(desk.awaitProcessed(PATIENCE)));
            desks.getLast().cancel(); // those that wait there are dead letters
            assertTrue(desks.getLast().stopped().waitForGo(PATIENCE));
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> check(system, events, profiler));
        } finally {
            open.countDown();
        }
    }

    private void check(ActorSystem system, Events events, Profiler profiler) {
        String metrics = new String(MetricsPart.of(system, events), UTF_8);
        double received = sum(metrics, "espalier_messages_accepted_total");
        double processed = sum(metrics, "espalier_messages_processed_total");
        double dead = sum(metrics, "espalier_messages_dead_lettered_total");
        double dropped = sum(metrics, "espalier_messages_dropped_total");
        double queued = sum(metrics, "espalier_mailbox_messages");
        String says = "%.0f sent, %.0f received = %.0f processed + %.0f queued + %.0f dead + %.0f dropped"
                .formatted((double) sent.get(), received, processed, queued, dead, dropped);
        assertEquals((double) sent.get(), received, says);
        assertEquals(received, processed + queued + dead + dropped, says);
        assertTrue(queued > 1 && dead > 0 && dropped > 0, says);
        long calls = profiler.report().rows(By.MESSAGE, Sort.NAME).stream()
                .mapToLong(Row::calls)
                .sum();
        assertEquals(processed + 1, (double) calls, says + "; and the one in hand of the actor that is closed");
        System.out.println(says);
    }
}
