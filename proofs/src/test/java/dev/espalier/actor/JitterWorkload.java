package dev.espalier.actor;

import dev.espalier.sync.Strand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tokens that hop from actor to actor, some of which wait, while workers run out of work again and again; then actors
/// that are made and end. Each round must end. The answer is empty, or says what was lost.
final class JitterWorkload implements Callable<String> {
    private record Token(int hops, CountDownLatch done) {}

    private static final int ACTORS = 10;
    private static final int TOKENS = 4;

    private final long seed;
    private final int rounds;
    private final List<ActorRef<Token>> actors = new ArrayList<>();

    JitterWorkload(long seed, int rounds) {
        this.seed = seed;
        this.rounds = rounds;
    }

    @Override
    public String call() throws Exception {
        Jitter.seed(seed);
        var system = ActorSystem.builder("jitter")
                .parallelism(2)
                .handleSignals(false)
                .discoverObservers(false) // they implement an interface that was loaded the first time
                .budget(Duration.ofSeconds(2))
                .start();
        String found = play(system);
        if (found.isEmpty()) {
            system.close(); // one that has lost something may never end
        }
        return found;
    }

    private String play(ActorSystem system) throws InterruptedException {
        for (int i = 0; i < ACTORS; i++) {
            int me = i;
            actors.add(system.spawn("actor" + i, () -> (token, ctx) -> hop(me, token)));
        }
        var random = new SplittableRandom(seed);
        for (int round = 0; round < rounds; round++) {
            var done = new CountDownLatch(TOKENS);
            for (int t = 0; t < TOKENS; t++) {
                actors.get(random.nextInt(ACTORS)).tell(new Token(random.nextInt(40), done));
            }
            if (!done.await(3, TimeUnit.SECONDS)) {
                return "round " + round + ": " + done.getCount() + " tokens were lost; "
                        + actors.stream()
                                .filter(a -> a.ledger().queued() > 0)
                                .map(a -> a.path() + " " + a.ledger())
                                .toList();
            }
            if (round % 16 == 0 && !makeAndEnd(system, round)) {
                return "round " + round + ": an actor did not end";
            }
        }
        return "";
    }

    private void hop(int me, Token token) {
        int hash = token.hops * 31 + me;
        if (hash % 23 == 0) {
            Strand.sleep(Duration.ofNanos(20_000));
        }
        if (token.hops == 0) {
            token.done.countDown();
        } else {
            actors.get(hash % ACTORS).tell(new Token(token.hops - 1, token.done));
        }
    }

    /// A parent with children that end by themselves while it is stopped.
    private static boolean makeAndEnd(ActorSystem system, int round) {
        ActorRef<String> parent = system.spawn(ActorSpec.<String>behaviorWith("parent" + round, own -> {
            for (int i = 0; i < 4; i++) {
                own.spawn(ActorSpec.<String>behavior("child" + i, () -> (m, ctx) -> ctx.stop())
                                .restart(Restart.TEMPORARY))
                        .tell("end");
            }
            return (m, ctx) -> {};
        }));
        parent.stop();
        return parent.stopped().waitForGo(Duration.ofSeconds(3));
    }
}
