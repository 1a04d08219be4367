package dev.espalier.actor;

import static dev.espalier.actor.GuideFixture.LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.actor.testkit.NothingOutlives;
import dev.espalier.actor.testkit.Probe;
import dev.espalier.sync.Compute;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The code of `docs/guide/blocking-is-fine.md`, compiled and run.
class BlockingGuideTest {
    interface Storage {
        void write(String row) throws IOException;
    }

    // @start region="blocking"
    static final class Writer implements Behavior<String> {
        private final Storage storage; // a database, a socket, a file

        Writer(Storage storage) {
            this.storage = storage;
        }

        @Override
        public void onMessage(String row, ActorContext<String> ctx) throws IOException {
            storage.write(row); // blocks this actor, and no other
        }
    }
    // @end

    // @start region="pool"
    static final class WriterPool implements Behavior<String> {
        private final Storage storage;
        private final List<ActorRef<String>> writers = new ArrayList<>();
        private int next;

        WriterPool(Storage storage) {
            this.storage = storage;
        }

        @Override
        public void onStart(ActorContext<String> ctx) {
            for (int i = 0; i < 8; i++) {
                writers.add(ctx.spawn("writer-" + i, () -> new Writer(storage)));
            }
        }

        @Override
        public void onMessage(String row, ActorContext<String> ctx) {
            writers.get(next++ % writers.size()).tell(row);
        }
    }
    // @end

    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldWriteByAPool(ActorSystem system) {
        var rows = new ConcurrentLinkedQueue<String>();
        Storage storage = rows::add;
        // @start region="pool-spec"
        ActorRef<String> pool = system.spawn(
                ActorSpec.behavior("writers", () -> new WriterPool(storage)).stopsChildrenInParallel());
        // @end
        for (int i = 0; i < 100; i++) {
            pool.tell("row " + i);
        }
        assertTrue(system.shutdown().isClean());
        assertEquals(100, rows.size());
    }

    // @start region="compute"
    static final class Squarer implements Behavior<Integer> {
        private final ActorRef<Integer> results;

        Squarer(ActorRef<Integer> results) {
            this.results = results;
        }

        @Override
        public void onMessage(Integer number, ActorContext<Integer> ctx) {
            int square = Compute.call(() -> number * number); // parks; holds no carrier
            results.tell(square);
        }
    }
    // @end

    @Test
    @ExtendWith(NothingOutlives.class)
    void shouldComputeElsewhere(ActorSystem system) {
        Probe<Integer> probe = Probe.start(system);
        system.spawn("squarer", () -> new Squarer(probe.ref())).tell(12);
        assertEquals(144, probe.expectMessage(LONG));
    }
}
