package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import java.util.List;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// A token goes round a ring of 100 actors: always one of many idle actors wakes up. Savina: Thread Ring.
public class ThreadRing extends EveryEngine {
    private static final int ACTORS = 100;
    private static final int HOPS = 100_000;

    private static final class Token {
        final Finish finish;
        int hops;

        Token(Finish finish) {
            this.finish = finish;
        }
    }

    private record Link(Address<Object> next) {}

    private static final class Node implements Handler<Object> {
        private final int hops;
        private Address<Object> next = message -> {};

        Node(int hops) {
            this.hops = hops;
        }

        @Override
        public void on(Object message, Self<Object> self) {
            if (message instanceof Token token) {
                if (token.hops++ == hops) {
                    token.finish.done(hops);
                } else {
                    next.tell(token);
                }
            } else {
                next = ((Link) message).next();
            }
        }
    }

    private Address<Object> first = message -> {};

    @Override
    void prepare() {
        int hops = shareOf(HOPS);
        List<Address<Object>> nodes = IntStream.range(0, ACTORS)
                .mapToObj(i -> engine().<Object>spawn(() -> new Node(hops)))
                .toList();
        for (int i = 0; i < ACTORS; i++) {
            nodes.get(i).tell(new Link(nodes.get((i + 1) % ACTORS)));
        }
        first = nodes.getFirst();
    }

    /// One run.
    @Benchmark
    @OperationsPerInvocation(HOPS)
    public void message() {
        Finish finish = new Finish(1);
        first.tell(new Token(finish));
        finish.await(shareOf(HOPS));
    }
}
