package dev.espalier.actor;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/// The programs that [ProcessTest] runs: the first argument names one, the second is the budget in
/// milliseconds.
///
/// Each has an actor `db` that says so when it has stopped, started before the actor that makes the trouble: so
/// the line "db stopped" shows that the tree was stopped in order in spite of it.
@SuppressWarnings({"SystemExitOutsideMain", "InfiniteRecursion", "LoopOverCharArray"})
final class ProcessMain {
    private static final Duration SHORT_GRACE = Duration.ofMillis(200);
    private static final List<Object> LEAK = new ArrayList<>();

    private static volatile long sink;

    private final ActorSystem system;
    private final String[] arguments;

    private ProcessMain(String[] arguments) {
        this.arguments = arguments;
        this.system = ActorSystem.builder("shop")
                .budget(Duration.ofMillis(Long.parseLong(arguments[1])))
                .start();
        system.spawn("db", () -> new Db("db"));
    }

    public static void main(String[] arguments) throws Exception {
        new ProcessMain(arguments).run(arguments[0]);
    }

    /// Says when it has stopped.
    private record Db(String name) implements Behavior<Object> {
        @Override
        public void onMessage(Object message, ActorContext<Object> ctx) {
            say(name + " has " + message);
        }

        @Override
        public void onStop(ActorContext<Object> ctx) {
            say(name + " stopped");
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private void run(String program) throws Exception {
        switch (program) {
            case "wait" -> sayAndAwait();
            case "SystemExitInActor" -> exitInActor();
            case "exitInActor" -> {
                system.spawnBody("exiter", (inbox, ctx) -> system.exit(7));
                sayAndAwait();
            }
            case "exitInHook" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> System.exit(9)));
                system.exit(0);
                system.awaitShutdown();
            }
            case "exitInOnStop" -> inOnStop(() -> system.exit(5));
            case "SystemExitInOnStop" -> inOnStop(() -> System.exit(6));
            case "SystemExitInCallback" -> {
                system.onStopped(() -> System.exit(8));
                sayAndAwait();
            }
            case "stuck" -> inOnStop(ProcessMain::block);
            case "stuckForAWhile" -> {
                inOnStop(() -> pause(300));
            }
            case "write" -> write();
            case "outOfMemory" -> {
                spawnFailing(() -> say("" + new long[Integer.MAX_VALUE - 8].length));
            }
            case "leak" -> spawnFailing(ProcessMain::leak);
            case "stackOverflow" -> stackOverflow();
            case "busy" -> busy();
            case "endings" -> {
                ending(ProcessEnd.Stage.LOGGING, "logging 1");
                ending(ProcessEnd.Stage.PROFILING, "profiling");
                ending(ProcessEnd.Stage.LOGGING, "logging 2");
                ProcessEnd.register(ProcessEnd.Stage.PROFILING, Duration.ZERO, () -> {
                    throw new IllegalStateException("on purpose");
                });
                ProcessEnd.register(ProcessEnd.Stage.PROFILING, Duration.ZERO, () -> say("removed"))
                        .remove();
                sayAndAwait();
            }
            case "endingsOnly" -> {
                system.close();
                ending(ProcessEnd.Stage.LOGGING, "logging");
                say("main returns");
            }
            case "endingTakesLong" -> {
                ProcessEnd.register(ProcessEnd.Stage.LOGGING, Duration.ofSeconds(10), () -> {
                    pause(Integer.getInteger("ending.millis"));
                    say("logging");
                });
                sayAndAwait();
            }
            case "lateHook" -> inOnStop(ProcessMain::addHook);
            case "lateHookInHook" -> {
                system.spawn("late", () -> onStop(ProcessMain::addHook));
                say("ready");
            }
            case "flood" -> flood();
            case "mainReturns" -> mainReturns();
            case "mainReturnsAbandoned" -> mainReturnsAbandoned();
            case "rootFails" -> {
                failRoot();
                system.awaitShutdown();
            }
            case "rootFailsUnseen" -> {
                failRoot();
                system.stopped().waitForGo();
                say("main returns");
            }
            case "abandonedUnseen" -> {
                system.spawn(bodyOf("deaf", ProcessMain::block).grace(Duration.ZERO));
                system.find("/shop/deaf").orElseThrow().awaitReady(Duration.ofSeconds(5));
                system.close();
                say("main returns");
            }
            case "mainNeverEnds" -> {
                say("ready");
                system.awaitShutdown();
                say("shut down");
                block();
            }
            case "several" -> several();
            case "close" -> {
                system.spawn(
                        "slow",
                        () -> onStop(() -> {
                            say("ready");
                            pause(500);
                        }));
                system.close();
                pause(300);
                say("closed");
            }
            case "SystemExitInMain" -> {
                system.spawn(
                        "idle",
                        () -> onStop(() -> {
                            pause(200);
                            say("idle stopped");
                        }));
                System.exit(9);
            }
            case "exitTwice" -> {
                system.exit(4);
                system.exit(3);
                sayAndAwait();
            }
            case "exitAndReturn" -> system.exit(3);
            case "exitZeroAfterAbandon" -> {
                system.spawn(bodyOf("deaf", ProcessMain::block).grace(Duration.ZERO));
                system.exit(0);
            }
            case "exitUnhandled" -> exitUnhandled();
            default -> throw new IllegalArgumentException(program);
        }
    }

    private void sayAndAwait() {
        say("ready");
        StopReport report = system.awaitShutdown();
        pause(100); // an exit that does not wait for this thread would be over
        say("main has the report of " + report.actors().size() + " actors");
    }

    private static ActorSpec<Object> bodyOf(String name, Runnable code) {
        return ActorSpec.body(name, (inbox, ctx) -> code.run());
    }

    private static void block() {
        while (true) {
            LockSupport.park(ProcessMain.class);
            Thread.interrupted();
        }
    }

    private static void ending(ProcessEnd.Stage stage, String text) {
        ProcessEnd.register(stage, Duration.ofSeconds(1), () -> say(text));
    }

    private static void pause(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis * 1_000_000; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(ProcessMain.class, left);
        }
    }

    private static Behavior<Object> onStop(Runnable action) {
        return new Behavior<>() {
            @Override
            public void onMessage(Object message, ActorContext<Object> ctx) {}

            @Override
            public void onStop(ActorContext<Object> ctx) {
                action.run();
            }
        };
    }

    private void inOnStop(Runnable action) {
        system.spawn(
                "trouble",
                () -> onStop(() -> {
                    say("stopping");
                    action.run();
                }));
        sayAndAwait();
    }

    /// The exiter has a child that needs a while: it is not to suffer.
    private void exitInActor() {
        system.spawnBody("exiter", (inbox, ctx) -> {
            ctx.spawn(
                    "child",
                    () -> onStop(() -> {
                        pause(200);
                        say("child stopped");
                    }));
            System.exit(7);
        });
        sayAndAwait();
    }

    private void spawnFailing(Runnable action) {
        system.spawnBody("failing", (inbox, ctx) -> {
            say("ready");
            action.run();
        });
        system.awaitShutdown();
    }

    /// Fills the heap for good.
    private static void leak() {
        for (int size = 1 << 20; size >= 16; size /= 2) {
            try {
                while (true) {
                    LEAK.add(new byte[size]);
                }
            } catch (OutOfMemoryError e) {
                if (size == 16) {
                    throw e;
                }
            }
        }
    }

    private void stackOverflow() {
        ActorRef<Integer> deep = system.spawn("deep", () -> new Behavior<Integer>() {
            private int down(int levels) {
                return levels == 0 ? 0 : 1 + down(levels - 1);
            }

            @Override
            public void onMessage(Integer levels, ActorContext<Integer> ctx) {
                say("went down " + down(levels));
            }
        });
        deep.tell(Integer.MAX_VALUE);
        deep.tell(3);
        deep.awaitProcessed(Duration.ofSeconds(10));
        say("failures: " + system.failures().size() + " by "
                + system.failures().getFirst().cause().getClass().getSimpleName());
        system.exit(0);
        system.awaitShutdown();
    }

    private void write() throws IOException {
        OutputStream out = Files.newOutputStream(Path.of(arguments[2]));
        ActorRef<Integer> writer = system.spawn("writer", () -> (number, ctx) -> {
            out.write(("record " + number + " ends here\n").getBytes(UTF_8));
            out.flush();
            if (number % 1_000 == 0) {
                say("written " + number);
            }
        });
        for (int i = 1; i > 0; i++) {
            writer.tell(i);
        }
    }

    private void busy() throws InterruptedException {
        int count = 2 * Runtime.getRuntime().availableProcessors();
        var running = new CountDownLatch(Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < count; i++) {
            system.spawn(bodyOf("busy" + i, () -> {
                        running.countDown();
                        for (long n = 0; n >= 0; n++) {
                            sink = n;
                        }
                    })
                    .grace(SHORT_GRACE));
        }
        running.await();
        sayAndAwait();
    }

    private static void addHook() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            pause(100);
            say("late hook ran");
        }));
    }

    /// Everybody sends and logs as long as there is a system.
    private void flood() {
        var log = LoggerFactory.getLogger("flood");
        for (int i = 0; i < 4; i++) {
            ActorRef<Object> next = system.spawn("relay" + i, () -> (message, ctx) -> {
                for (int n = 0; n < 10; n++) {
                    ctx.self().tell(message);
                }
                log.info("a line that is long enough to fill the pipe with not too many of its kind {}", message);
            });
            next.tell("drop");
        }
        sayAndAwait();
    }

    private void mainReturns() {
        ActorRef<Object> db = system.spawn("slow", () -> new Behavior<Object>() {
            private int count;

            @Override
            public void onMessage(Object message, ActorContext<Object> ctx) {
                pause(2);
                count++;
            }

            @Override
            public void onStop(ActorContext<Object> ctx) {
                say("handled " + count);
            }
        });
        for (int i = 0; i < 100; i++) {
            db.tell(i);
        }
    }

    private void mainReturnsAbandoned() {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            pause(700);
            say("foreign hook ran");
        }));
        ActorRef<Object> deaf = system.spawn(bodyOf("deaf", ProcessMain::block).grace(Duration.ZERO));
        deaf.awaitReady(Duration.ofSeconds(5));
    }

    private void failRoot() {
        system.spawn(bodyOf("failing", () -> {
                    throw new IllegalStateException("on purpose");
                })
                .onFailure(cause -> Decision.ESCALATE));
    }

    private void several() {
        ActorSystem younger = ActorSystem.builder("younger").start();
        younger.spawn("cache", () -> new Db("cache"));
        for (int i = 0; i < 3; i++) {
            int number = i;
            Thread.ofPlatform().start(() -> {
                system.awaitShutdown();
                pause(100L * number);
                say("thread " + number + " ends");
            });
        }
        try (younger) {
            say("ready");
            younger.awaitShutdown();
            say("younger has ended");
        }
        system.awaitShutdown();
        say("main ends");
    }

    private void exitUnhandled() {
        ActorSystem quiet = ActorSystem.builder("quiet").handleSignals(false).start();
        quiet.spawn("cache", () -> new Db("cache"));
        quiet.exit(11);
    }
}
