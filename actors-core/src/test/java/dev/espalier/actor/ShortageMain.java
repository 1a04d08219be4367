package dev.espalier.actor;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.SplittableRandom;

/// The program that [ShortageTest] runs, in a small heap: actors keep more and more, and send to each other; sooner or
/// later there is no memory left, in user code or in the engine, on whatever thread. The arguments are the budget in
/// milliseconds and a seed.
final class ShortageMain {
    private static final int ACTORS = 16;
    private static final int LARGEST = 40_000;

    private ShortageMain() {}

    /// Keeps what it is told to.
    private static final class Hoarder implements Behavior<Integer> {
        private final ArrayDeque<byte[]> kept = new ArrayDeque<>();
        private final SplittableRandom random;
        private final ActorSystem system;

        Hoarder(ActorSystem system, long seed) {
            this.system = system;
            this.random = new SplittableRandom(seed);
        }

        @Override
        @SuppressWarnings("unchecked")
        public void onMessage(Integer steps, ActorContext<Integer> ctx) {
            kept.add(new byte[random.nextInt(LARGEST)]);
            if (random.nextInt(3) == 0) {
                kept.poll();
            }
            if (random.nextInt(50) == 0) {
                ctx.timers().once(random.nextInt(), steps, Duration.ofMillis(random.nextInt(5)));
            }
            for (int i = random.nextInt(3); i >= 0; i--) {
                var other = (ActorRef<Integer>)
                        system.children().find("a" + random.nextInt(ACTORS)).orElse(ctx.self());
                other.tryTell(steps + 1);
            }
        }
    }

    public static void main(String[] arguments) {
        ActorSystem system = ActorSystem.builder("shop")
                .budget(Duration.ofMillis(Long.parseLong(arguments[0])))
                .start();
        var random = new SplittableRandom(Long.parseLong(arguments[1]));
        for (int i = 0; i < ACTORS; i++) {
            long seed = random.nextLong();
            ActorRef<Integer> actor = system.spawn("a" + i, () -> new Hoarder(system, seed));
            actor.tell(0);
        }
        System.out.println("ready");
        system.awaitShutdown();
    }
}
