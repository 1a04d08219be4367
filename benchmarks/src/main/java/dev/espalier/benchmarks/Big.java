package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// 100 actors ping others at random, each the next one when the pong has come: many to many. The choice depends on the
/// actor's number alone, so all engines do the same. Savina: Big.
public class Big extends EveryEngine {
    private static final int ACTORS = 100;
    private static final int PINGS = 1_000;

    private record Peers(List<Address<Object>> all) {}

    private record Ping(Address<Object> from) {}

    private enum Pong {
        PONG
    }

    private static final class Peer implements Handler<Object> {
        private final int pings;
        private final SplittableRandom random;
        private List<Address<Object>> peers = List.of();
        private int left;
        private Finish finish = new Finish(0);

        Peer(int pings, int number) {
            this.pings = pings;
            random = new SplittableRandom(number);
        }

        @Override
        public void on(Object message, Self<Object> self) {
            switch (message) {
                case Ping(Address<Object> from) -> from.tell(Pong.PONG);
                case Pong pong -> next(self);
                case Finish start -> {
                    finish = start;
                    left = pings;
                    next(self);
                }
                default -> peers = ((Peers) message).all();
            }
        }

        private void next(Self<Object> self) {
            if (left == 0) {
                finish.done(pings);
            } else {
                left--;
                peers.get(random.nextInt(ACTORS)).tell(new Ping(self.address()));
            }
        }
    }

    private List<Address<Object>> peers = List.of();

    @Override
    void prepare() {
        int pings = shareOf(PINGS);
        peers = IntStream.range(0, ACTORS)
                .mapToObj(i -> engine().<Object>spawn(() -> new Peer(pings, i)))
                .toList();
        tellAll(new Peers(peers));
    }

    private void tellAll(Object message) {
        for (Address<Object> peer : peers) {
            peer.tell(message);
        }
    }

    /// One run.
    @Benchmark
    @OperationsPerInvocation(2 * ACTORS * PINGS)
    public void message() {
        Finish finish = new Finish(ACTORS);
        tellAll(finish);
        finish.await((long) ACTORS * shareOf(PINGS));
    }
}
