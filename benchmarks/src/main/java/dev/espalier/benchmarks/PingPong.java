package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Self;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/// Two actors send one ball to and fro: the latency of one message to an idle actor. Savina: Ping Pong.
public class PingPong extends EveryEngine {
    private static final int ROUNDS = 50_000;

    /// Belongs to who has it, so it needs no `volatile`: a lost or doubled message shows in its count.
    private static final class Ball {
        final Address<Object> home;
        int hits;

        Ball(Address<Object> home) {
            this.home = home;
        }
    }

    private static final class Ping implements Handler<Object> {
        private final Address<Ball> pong;
        private final int rounds;
        private Finish finish = new Finish(0);

        Ping(Address<Ball> pong, int rounds) {
            this.pong = pong;
            this.rounds = rounds;
        }

        @Override
        public void on(Object message, Self<Object> self) {
            if (message instanceof Ball ball) {
                if (ball.hits == rounds) {
                    finish.done(ball.hits);
                } else {
                    pong.tell(ball);
                }
            } else {
                finish = (Finish) message;
                pong.tell(new Ball(self.address()));
            }
        }
    }

    private Address<Object> ping = message -> {};

    @Override
    void prepare() {
        Address<Ball> pong = engine().spawn(() -> (ball, self) -> {
            ball.hits++;
            ball.home.tell(ball);
        });
        int rounds = shareOf(ROUNDS);
        ping = engine().spawn(() -> new Ping(pong, rounds));
    }

    /// One run.
    @Benchmark
    @OperationsPerInvocation(2 * ROUNDS)
    public void message() {
        Finish finish = new Finish(1);
        ping.tell(finish);
        finish.await(shareOf(ROUNDS));
    }
}
