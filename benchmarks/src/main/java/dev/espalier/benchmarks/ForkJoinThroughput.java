package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// One actor sends to 100 others in turn, 5,000 messages to each: many mailboxes that fill while they are emptied.
/// Savina: Fork Join (throughput).
public class ForkJoinThroughput extends EveryEngine {
    private static final int ACTORS = 100;
    private static final int EACH = 5_000;

    private static final class Worker implements Handler<Finish> {
        private final int each;
        private int count;

        Worker(int each) {
            this.each = each;
        }

        @Override
        public void on(Finish finish, Self<Finish> self) {
            if (++count == each) {
                finish.done(count);
                count = 0;
            }
        }
    }

    private Address<Finish> driver = message -> {};

    @Override
    void prepare() {
        int each = shareOf(EACH);
        List<Address<Finish>> workers = IntStream.range(0, ACTORS)
                .mapToObj(i -> engine().<Finish>spawn(() -> new Worker(each)))
                .toList();
        driver = engine().spawn(() -> (finish, self) -> {
            for (int i = 0; i < each; i++) {
                for (Address<Finish> worker : workers) {
                    worker.tell(finish);
                }
            }
        });
    }

    /// One run.
    @Benchmark
    @OperationsPerInvocation(ACTORS * EACH)
    public void message() {
        Finish finish = new Finish(ACTORS);
        driver.tell(finish);
        finish.await((long) ACTORS * shareOf(EACH));
    }
}
