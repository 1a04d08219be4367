package dev.espalier.benchmarks;

import dev.espalier.benchmarks.engine.Address;
import dev.espalier.benchmarks.engine.Engines;
import dev.espalier.benchmarks.engine.Handler;
import dev.espalier.benchmarks.engine.Reply;
import dev.espalier.benchmarks.engine.Self;
import java.time.Duration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;

/// Questions and answers, each question after the answer before, from a platform thread outside and from an actor. The
/// score is ns per round trip.
///
/// *From an actor:* Espalier, threads and jox wait for the answer where they are; Pekko gets it as a message. kotlin is
/// left out, see its engine.
public class AskRoundTrip extends Workload {
    private static final int OUTSIDE = 2_000;
    private static final int INSIDE = 10_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private record Question(int number, Reply<Integer> reply) {}

    private static final class Asker implements Handler<Finish> {
        private final Address<Question> target;
        private final int times;
        private int asked;
        private int answered;
        private long sum;

        Asker(Address<Question> target, int times) {
            this.target = target;
            this.times = times;
        }

        @Override
        public void on(Finish finish, Self<Finish> self) {
            asked = 0;
            answered = 0;
            sum = 0;
            self.<Question, Integer>askInTurn(times, target, reply -> new Question(++asked, reply), answer -> {
                sum += answer;
                if (++answered == times) {
                    finish.done(sum);
                }
            });
        }
    }

    /// The engine's name.
    @Param({
        Engines.ESPALIER,
        Engines.ESPALIER_DEDICATED,
        Engines.PEKKO,
        Engines.PEKKO_TUNED,
        Engines.JOX,
        Engines.THREADS
    })
    public String engine = Engines.ESPALIER;

    private Address<Question> target = message -> {};
    private Address<Finish> asker = message -> {};

    @Override
    String engineName() {
        return engine;
    }

    @Override
    void prepare() {
        target = engine().spawn(() -> (question, self) -> question.reply().reply(question.number()));
        int times = shareOf(INSIDE);
        asker = engine().spawn(() -> new Asker(target, times));
    }

    /// A platform thread asks.
    @Benchmark
    @OperationsPerInvocation(OUTSIDE)
    public void fromOutside() {
        for (int i = 0; i < shareOf(OUTSIDE); i++) {
            int number = i;
            int answer = engine().<Question, Integer>ask(target, reply -> new Question(number, reply), TIMEOUT);
            if (answer != number) {
                throw new IllegalStateException("asked for " + number + ", got " + answer);
            }
        }
    }

    /// An actor asks.
    @Benchmark
    @OperationsPerInvocation(INSIDE)
    public void fromActor() {
        Finish finish = new Finish(1);
        asker.tell(finish);
        long times = shareOf(INSIDE);
        finish.await(times * (times + 1) / 2);
    }
}
