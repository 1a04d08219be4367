package dev.espalier.benchmarks;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.MailboxSpec;
import dev.espalier.logging.CrashReports;
import dev.espalier.profiling.Profiling;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What a message costs at each level of profiling, and without the module. One worker runs all, so that nothing is
/// measured but the way of a message: its sending, its turn, and what is written down about both.
@SuppressWarnings("NullAway.Init") // by start()
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch"})
public class ProfilingCost {
    private static final int MESSAGES = 100_000;
    /// The level that stands for a system without the module.
    static final String NONE = "none";

    /// `none`, or as the property `dev.espalier.profiling.level` has it.
    @Param({NONE, "off", "counters", "1:16", "full"})
    public String level = NONE;

    /// How many messages are still to come; it is handed on.
    private static class Ball {
        final ActorRef<Object> home;
        final Finish finish;
        int left;

        Ball(ActorRef<Object> home, Finish finish, int left) {
            this.home = home;
            this.finish = finish;
            this.left = left;
        }
    }

    private static final class Red extends Ball {
        Red(ActorRef<Object> home, Finish finish, int left) {
            super(home, finish, left);
        }
    }

    private static final class Green extends Ball {
        Green(ActorRef<Object> home, Finish finish, int left) {
            super(home, finish, left);
        }
    }

    private static final class Blue extends Ball {
        Blue(ActorRef<Object> home, Finish finish, int left) {
            super(home, finish, left);
        }
    }

    private record Partner(ActorRef<Object> ref) {}

    /// Plays each ball to its partner, or home if it has none, until it has been played often enough.
    private static final class Player implements Behavior<Object> {
        private @Nullable ActorRef<Object> other;

        @Override
        public void onMessage(Object message, ActorContext<Object> ctx) {
            switch (message) {
                case Ball ball -> play(ball);
                case Partner(ActorRef<Object> told) -> other = told;
                default -> throw new IllegalArgumentException(message.toString());
            }
        }

        private void play(Ball ball) {
            if (--ball.left == 0) {
                ball.finish.done(1);
            } else {
                (other == null ? ball.home : other).tell(ball);
            }
        }
    }

    private ActorSystem system;
    private ActorRef<Object> alone;
    private ActorRef<Object> ping;

    /// Starts the actors.
    @Setup(Level.Trial)
    public void start() {
        ActorSystem.Builder builder =
                ActorSystem.builder("cost").handleSignals(false).parallelism(1);
        if (level.equals(NONE)) {
            builder.discoverObservers(false).observer(new CrashReports());
        } else {
            Profiling.level(dev.espalier.profiling.Level.parse(level));
        }
        system = builder.start();
        alone = spawn("alone");
        ping = spawn("ping");
        ActorRef<Object> pong = spawn("pong");
        ping.tell(new Partner(pong));
        pong.tell(new Partner(ping));
    }

    private ActorRef<Object> spawn(String name) {
        return system.spawn(
                ActorSpec.<Object>behavior(name, Player::new).mailbox(MailboxSpec.unbounded()));
    }

    /// Ends them.
    @TearDown(Level.Trial)
    public void stop() {
        system.close();
    }

    private static void play(ActorRef<Object> first, int times) {
        Finish finish = new Finish(1);
        first.tell(new Ball(first, finish, times));
        finish.await(1);
    }

    /// An actor that always has one more message.
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void alone() {
        play(alone, MESSAGES);
    }

    /// The same with messages of four classes in turn.
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void classes() {
        Finish finish = new Finish(4);
        int each = MESSAGES / 4;
        for (Ball ball : List.of(
                new Ball(alone, finish, each),
                new Red(alone, finish, each),
                new Green(alone, finish, each),
                new Blue(alone, finish, each))) {
            alone.tell(ball);
        }
        finish.await(4);
    }

    /// Two actors, each of which has nothing to do until the other has done its part: a turn for each message.
    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public void pingPong() {
        play(ping, MESSAGES);
    }
}
