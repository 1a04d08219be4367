package dev.espalier.samples.seeds;

import dev.espalier.actor.ActorContext;
import dev.espalier.actor.ActorRef;
import dev.espalier.actor.ActorSpec;
import dev.espalier.actor.ActorSystem;
import dev.espalier.actor.Behavior;
import dev.espalier.actor.Failure;
import dev.espalier.actor.Inbox;
import dev.espalier.actor.Restart;
import dev.espalier.actor.StopReport;
import dev.espalier.actor.StopReport.How;
import dev.espalier.sync.Signal;
import dev.espalier.sync.Till;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A tree of threads as mo-threads has it: each gets a `please_stop`, logging is off the threads that log,
/// timers are signals, a parent gets its children's exceptions, and all stops in order.
///
/// ```
/// /mothreads
///   log        writes; started first, stopped last
///   clock      ticks
///   crew       the parent of three workers and of one that fails
/// ```
public final class Mothreads {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int TICKS = 5;

    private final Checks checks;
    private final PrintStream out;
    private final ConcurrentLinkedQueue<String> ended = new ConcurrentLinkedQueue<>();
    private final Signal ticked = new Signal("ticked");
    private final Signal worked = new Signal("worked");
    private final Signal told = new Signal("told of the failure");
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger logged = new AtomicInteger();

    private Mothreads(PrintStream out) {
        this.out = out;
        this.checks = new Checks(out);
    }

    static boolean run(PrintStream out) {
        return new Mothreads(out).run();
    }

    private boolean run() {
        StopReport report;
        try (ActorSystem system =
                ActorSystem.builder("mothreads").handleSignals(false).start()) {
            ActorRef<String> log = watched(system.spawnBody("log", (lines, ctx) -> {
                for (String line : lines) { // ends when pleaseStop goes and all lines are written
                    out.println("  log: " + line);
                    written.incrementAndGet();
                }
            }));
            watched(system.spawn(ActorSpec.behaviorWith("clock", (ActorContext<Integer> ctx) -> clock(ctx, log))));
            watched(system.spawn(ActorSpec.<Void>body("crew", (inbox, ctx) -> crew(inbox, ctx, log))));

            Signal all = Signal.all(ticked, worked, told);
            checks.check(all.waitForGo(Till.after(PATIENCE)), "timers ticked, workers worked, the parent was told");
            report = system.shutdown();
        }
        Map<How, Integer> how = report.counts();
        int forced = Stream.of(How.CANCELLED, How.INTERRUPTED, How.ABANDONED)
                .mapToInt(each -> how.getOrDefault(each, 0))
                .sum();
        checks.check(forced == 0, "nobody had to be made to stop: " + how);
        checks.check(how.getOrDefault(How.FAILED, 0) == 0, "who failed had ended before the stop");
        checks.check(written.get() == logged.get(), "all " + logged.get() + " lines were written");
        List<String> order = List.of("faulty", "worker-3", "worker-2", "worker-1", "crew", "clock", "log");
        checks.check(order.equals(List.copyOf(ended)), "they ended in this order: " + ended);
        return checks.allRight();
    }

    private Behavior<Integer> clock(ActorContext<Integer> ctx, ActorRef<String> log) {
        ctx.timers().fixedRate("tick", 1, Duration.ofMillis(20));
        AtomicInteger ticks = new AtomicInteger();
        return (tick, self) -> {
            log(log, "tick " + ticks.addAndGet(tick));
            if (ticks.get() == TICKS) {
                ticked.go();
            }
        };
    }

    private void crew(Inbox<Void> inbox, ActorContext<Void> ctx, ActorRef<String> log) {
        Signal[] rounds = new Signal[3];
        for (int i = 0; i < rounds.length; i++) {
            Signal round = new Signal("round");
            rounds[i] = round;
            watched(ctx.<Void>spawnBody("worker-" + (i + 1), (own, self) -> work(self, log, round)));
        }
        ActorRef<Void> faulty = watched(ctx.spawn(ActorSpec.<Void>body("faulty", (own, self) -> {
                    throw new IllegalStateException("a worker's own fault");
                })
                .restart(Restart.TEMPORARY)));
        while (ctx.failures().isEmpty() && !inbox.isEnded()) {
            inbox.receive(Duration.ofMillis(10)); // failures of children arrive while it waits here
        }
        for (Failure failure : ctx.failures()) {
            log(log, failure.path() + " failed: " + failure.cause().getMessage());
            faulty.stopped().onGo(told::go); // the failure comes first, then the end
        }
        Signal.all(rounds).onGo(worked::go);
        inbox.receive(); // until pleaseStop: nobody sends anything
    }

    /// mo-threads: `while not please_stop: ... (please_stop | Till(seconds=0.01)).wait()`.
    private void work(ActorContext<Void> ctx, ActorRef<String> log, Signal round) {
        for (int n = 1; !ctx.pleaseStop().isGo(); n++) {
            if (n <= 3) {
                log(log, ctx.path() + " does part " + n);
            } else {
                round.go();
            }
            ctx.pleaseStop().or(Till.after(Duration.ofMillis(10))).waitForGo();
        }
        log(log, ctx.path() + " was asked to stop, and does");
    }

    private void log(ActorRef<String> log, String line) {
        logged.incrementAndGet();
        log.tell(line);
    }

    private <M extends @Nullable Object> ActorRef<M> watched(ActorRef<M> ref) {
        ref.stopped().onGo(() -> ended.add(ref.name()));
        return ref;
    }

    public static void main(String[] args) {
        System.exit(run(System.out) ? 0 : 1);
    }
}
