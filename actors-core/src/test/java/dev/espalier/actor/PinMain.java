package dev.espalier.actor;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/// The programs that [PinTest] runs: the first argument names one, the second is the budget in milliseconds.
///
/// In each, actors meet in the initialiser of a class, which waits: the JVM keeps a carrier for each of their green
/// threads until it is over.
final class PinMain {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final int MANY = 3 * Runtime.getRuntime().availableProcessors() + 1;

    /// Written before anybody touches [Asks].
    private static ActorRef<ReplyTo<Integer>> polite;

    private static volatile int sink;

    private PinMain() {}

    /// Its initialiser needs another actor.
    private static final class Asks {
        static final int ANSWER = polite.<Integer>ask(replyTo -> replyTo, LONG);
    }

    /// Its initialiser has no end.
    private static final class Hangs {
        static final int ANSWER = hang();

        private static int hang() {
            System.out.println("inside");
            while (true) {
                LockSupport.park(PinMain.class);
                Thread.interrupted();
            }
        }
    }

    public static void main(String[] arguments) throws InterruptedException {
        ActorSystem system = ActorSystem.builder("shop")
                .budget(Duration.ofMillis(Long.parseLong(arguments[1])))
                .start();
        polite = system.spawn("polite", () -> (replyTo, ctx) -> replyTo.reply(42));
        switch (arguments[0]) {
            case "behaviorsAsk" -> behaviorsAsk(system);
            case "bodiesAsk" -> bodiesAsk(system);
            case "hang" -> {
                for (int i = 0; i < MANY; i++) {
                    ActorRef<String> actor = system.spawn("a" + i, () -> (message, ctx) -> sink = Hangs.ANSWER);
                    actor.tell("go");
                }
            }
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        system.awaitShutdown();
    }

    private static void behaviorsAsk(ActorSystem system) throws InterruptedException {
        var through = new CountDownLatch(MANY);
        for (int i = 0; i < MANY; i++) {
            ActorRef<String> actor = system.spawn("a" + i, () -> (message, ctx) -> note(through));
            actor.tell("go");
        }
        through.await();
        system.exit(0);
    }

    private static void bodiesAsk(ActorSystem system) throws InterruptedException {
        var through = new CountDownLatch(MANY);
        for (int i = 0; i < MANY; i++) {
            system.spawn(ActorSpec.body("b" + i, (inbox, ctx) -> note(through)).restart(Restart.TEMPORARY));
        }
        through.await();
        system.exit(0);
    }

    private static void note(CountDownLatch through) {
        System.out.println("got " + Asks.ANSWER);
        through.countDown();
    }
}
