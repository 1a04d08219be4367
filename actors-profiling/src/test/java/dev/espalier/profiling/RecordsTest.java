package dev.espalier.profiling;

import static dev.espalier.profiling.ActorRecordTest.start;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordsTest {
    private final ActorSystem system = start("records");
    private final Records records = new Records();

    @AfterEach
    void stop() {
        system.close();
    }

    private static final class Idle implements Behavior<String> {
        @Override
        public void onMessage(String message, ActorContext<String> ctx) {}
    }

    private List<ActorRef<String>> actors(int number) {
        List<ActorRef<String>> actors = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            actors.add(system.spawn("a" + i, Idle::new));
        }
        return actors;
    }

    private static ActorRecord record(ActorRef<String> actor) {
        return new ActorRecord(actor, null, Level.COUNTERS);
    }

    /// Against a map of the JDK, growing, shrinking, and with actors that come back.
    @ParameterizedTest
    @ValueSource(ints = {1, 40, 600})
    void shouldBeAMap(int number) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<ActorRef<String>> actors = actors(number);
        Map<ActorRef<String>, ActorRecord> model = new HashMap<>();
        for (int i = 0; i < 20 * number; i++) {
            ActorRef<String> actor = actors.get(random.nextInt(number));
            boolean grows = i / (5 * number) % 2 == 0;
            if (random.nextInt(10) < (grows ? 8 : 2)) {
                ActorRecord fresh = record(actor);
                assertSame(model.putIfAbsent(actor, fresh), records.putIfAbsent(fresh), "seed " + seed);
            } else {
                ActorRecord known = model.remove(actor);
                records.remove(known == null ? record(actor) : known);
            }
            assertSame(model.get(actor), records.find(actor), "seed " + seed);
        }
        actors.forEach(actor -> assertSame(model.get(actor), records.find(actor), "seed " + seed));
        List<ActorRecord> all = records.all();
        assertEquals(model.size(), all.size());
        assertEquals(Set.copyOf(model.values()), Set.copyOf(all));
    }

    @Test
    void shouldNotTakeOutAnotherRecordOfTheSameActor() {
        ActorRef<String> actor = actors(1).getFirst();
        ActorRecord known = record(actor);
        records.putIfAbsent(known);
        records.remove(record(actor));
        assertSame(known, records.find(actor));
    }

    /// Who looks while others come and go, so that the tables are made anew, finds what stays.
    @Test
    void shouldNeverMissOneThatStays() throws InterruptedException {
        List<ActorRef<String>> actors = actors(400);
        Map<ActorRef<String>, ActorRecord> stay = new HashMap<>();
        actors.subList(0, 100).forEach(actor -> stay.put(actor, record(actor)));
        stay.values().forEach(records::putIfAbsent);
        AtomicReference<ActorRef<String>> missed = new AtomicReference<>();
        Thread reader = Thread.ofPlatform().unstarted(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                stay.forEach((actor, record) -> {
                    if (records.find(actor) != record) {
                        missed.set(actor);
                    }
                });
            }
        });
        reader.start();
        for (int round = 0; round < 100; round++) {
            List<ActorRecord> come =
                    actors.subList(100, 400).stream().map(RecordsTest::record).toList();
            come.forEach(records::putIfAbsent);
            come.forEach(records::remove);
        }
        reader.interrupt();
        reader.join();
        assertNull(missed.get());
        assertEquals(100, records.all().size());
    }

    /// Of several that come at once for one actor one is taken, and each takes out no other than its own.
    @Test
    void shouldTakeOneOfThoseThatComeAtOnce() throws InterruptedException {
        List<ActorRef<String>> actors = actors(200);
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Thread> threads = Stream.generate(() -> Thread.ofPlatform().start(() -> comeAndGo(actors, wrong)))
                .limit(4)
                .toList();
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(wrong));
        assertEquals(List.of(), records.all());
        ActorRecord last = record(actors.getFirst());
        assertNull(records.putIfAbsent(last));
        assertSame(last, records.find(last.actor));
    }

    private void comeAndGo(List<ActorRef<String>> actors, Queue<String> wrong) {
        for (int round = 0; round < 50; round++) {
            List<ActorRecord> mine = actors.stream().map(RecordsTest::record).toList();
            Set<ActorRecord> taken = mine.stream()
                    .filter(each -> records.putIfAbsent(each) == null)
                    .collect(Collectors.toUnmodifiableSet());
            for (ActorRecord each : mine) {
                if (taken.contains(each) != (records.find(each.actor) == each)) {
                    wrong.add(each.actor.path() + " before");
                }
                records.remove(each);
                if (records.find(each.actor) == each) {
                    wrong.add(each.actor.path() + " after");
                }
            }
        }
    }
}
