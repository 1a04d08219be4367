package dev.espalier.actor;

import dev.espalier.actor.MailFixture.InSystem;
import dev.espalier.actor.Trials.Job;
import dev.espalier.sync.Strand;
import dev.espalier.sync.VirtualTime;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assertions;

/// What the tests of the turn scheduler and its workers share. Their systems run behaviors in turns even if all
/// tests run with `-Ddev.espalier.dedicated=true`.
final class TurnFixture {
    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration MOMENT = Duration.ofMillis(1);
    static final int CORES = Runtime.getRuntime().availableProcessors();

    private static final String DEDICATED = "dev.espalier.dedicated";

    private TurnFixture() {}

    static ActorSystem.Builder builder() {
        String before = System.clearProperty(DEDICATED);
        try {
            return MailFixture.builder();
        } finally {
            if (before != null) {
                System.setProperty(DEDICATED, before);
            }
        }
    }

    /// Runs the test in simulated time with so many turns at a time.
    static void inVirtualSystem(int parallelism, InSystem test) throws Exception {
        VirtualTime.run(() -> MailFixture.runIn(builder().parallelism(parallelism), test));
    }

    static void inRealSystem(InSystem test) throws Exception {
        MailFixture.runIn(builder(), test);
    }

    /// An actor whose messages are code.
    static ActorSpec<Job> worker(String name) {
        return ActorSpec.behavior(name, () -> (job, ctx) -> job.run(ctx));
    }

    static ActorRef<Job> spawn(ActorSystem system, String name) {
        return system.spawn(worker(name));
    }

    static ActorRef<ReplyTo<Integer>> polite(ActorSystem system) {
        return system.spawn("polite", () -> (replyTo, ctx) -> replyTo.reply(42));
    }

    static int ask(ActorRef<ReplyTo<Integer>> polite) {
        return polite.<Integer>ask(replyTo -> replyTo, LONG);
    }

    /// Runs the code on the actor and waits for its result.
    static <R> R on(ActorRef<Job> actor, Callable<R> code) {
        return Assertions.assertDoesNotThrow(() -> {
            var answer = new Object() {
                volatile R value;
            };
            actor.tell(ctx -> answer.value = code.call());
            Assertions.assertTrue(actor.awaitProcessed(LONG));
            return answer.value;
        });
    }

    /// Computes until it is so, half a minute at most.
    static void spinUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }
    }

    static void sleepShielded(Duration duration) throws Exception {
        dev.espalier.sync.CancelScope.shield(() -> {
            Strand.sleep(duration);
            return null;
        });
    }
}
