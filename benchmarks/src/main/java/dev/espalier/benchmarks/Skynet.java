package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// Every actor makes ten children, down to a million leaves, each of which sends its number up; sums come back the same
/// way, and all have ended at the end. The score is ns per leaf. Idea: A. Temerev, *Skynet 1M concurrency
/// microbenchmark*, 2016.
public class Skynet extends EveryEngine {
    private static final int LEAVES = 1_000_000;
    private static final int CHILDREN = 10;

    private static final class Node implements Handler<Long> {
        private final Address<Long> parent;
        private final long number;
        private final int leaves;
        private int answers;
        private long sum;

        Node(Address<Long> parent, long number, int leaves) {
            this.parent = parent;
            this.number = number;
            this.leaves = leaves;
        }

        @Override
        public void start(Self<Long> self) {
            if (leaves == 1) {
                parent.tell(number);
                self.stop();
                return;
            }
            Address<Long> own = self.address();
            int each = leaves / CHILDREN;
            for (int i = 0; i < CHILDREN; i++) {
                long first = number + (long) i * each;
                self.<Long>spawn(i, () -> new Node(own, first, each));
            }
        }

        @Override
        public void on(Long answer, Self<Long> self) {
            sum += answer;
            if (++answers == CHILDREN) {
                parent.tell(sum);
                self.stop();
            }
        }
    }

    /// One run.
    @Benchmark
    @OperationsPerInvocation(LEAVES)
    public void actor() {
        int leaves = shareOf(LEAVES);
        Finish finish = new Finish(1);
        Address<Long> top = engine().spawn(() -> new Node(finish::done, 0, leaves));
        finish.await((long) leaves * (leaves - 1) / 2);
        engine().awaitStopped(top);
    }
}
